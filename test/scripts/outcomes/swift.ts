import { secrets } from "../checked-report";
import { answering } from "../servers/answering";
import type { Row, Scene } from "./row";

/** The answers are those of https://docs.openstack.org/api-ref/object-store/ */
export async function swiftRows(scene: Scene): Promise<Row[]> {
  const answers = async (wrong: string, status: number, container: number): Promise<Row> => {
    const made: string[] = [];
    const stub = await answering((request, response) => {
      const { port } = request.socket.address() as { port: number };
      if (request.url === "/auth/v1.0") {
        const headers = { "x-storage-url": `http://127.0.0.1:${port}/v1/jira`, "x-auth-token": "token" };
        response.writeHead(status, status === 200 ? headers : {}).end();
      } else if (request.method === "PUT" && request.headers["x-storage-policy"] !== undefined) {
        response.writeHead(400).end("Invalid X-Storage-Policy");
      } else if (request.method === "PUT") {
        made.push(request.url ?? "");
        response.writeHead(201).end();
      } else {
        response.writeHead(request.url === "/v1/jira/backup" ? container : 404).end();
      }
    });
    scene.onEnd(stub.close);
    const account = {
      ST_AUTH: `http://127.0.0.1:${stub.port}/auth/v1.0`,
      ST_USER: "jira:jira",
      ST_KEY: secrets[1] as string,
    };
    return {
      backend: "swift",
      wrong,
      env: { RESTIC_REPOSITORY: "swift:backup:/jira", ...account },
      stored: async () => made,
    };
  };
  return [
    await answers("the container does not exist", 200, 404),
    await answers("user or key are wrong", 401, 204),
    await answers("the user has no right to the container", 200, 403),
    await answers("answers 503", 200, 503),
  ];
}
