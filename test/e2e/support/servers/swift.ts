import { kubectl } from "../cluster";
import { expose, newSecret, start } from "./server";

export interface Swift {
  /** Of the first version of Swift's authentication, `ST_AUTH`, `ST_USER` and `ST_KEY`. */
  readonly authUrl: string;
  readonly user: string;
  readonly key: string;
  readonly container: string;
}

const image = "localhost/swift:debian";
const user = "e2e:backup";

/** OpenStack Swift, one of each of its servers, with its own authentication and an empty container. */
export async function startSwift(namespace: string): Promise<Swift> {
  const { host, port } = await expose(namespace, "swift", 8080);
  const key = newSecret();
  const server = (kind: string, port: number) => ({
    image,
    port,
    command: [`/usr/bin/swift-${kind}-server`, `/etc/swift/${kind}-server.conf`, "--verbose"],
  });
  await start(namespace, "swift", {
    prepare: { image, command: ["/bin/sh", "-ec", makeRings] },
    files: {
      "swift.conf": swiftConf,
      "proxy-server.conf": proxyConf(key),
      ...Object.fromEntries(Object.keys(ports).map((kind) => [`${kind}-server.conf`, storageConf(kind)])),
    },
    containers: [
      server("proxy", port),
      ...Object.entries(ports).map(([kind, port]) => server(kind, port)),
      { image, command: ["/usr/bin/memcached", "-u", "nobody", "-l", "127.0.0.1"] },
    ],
  });
  const authUrl = `http://${host}:${port}/auth/v1.0`;
  await kubectl("-n", namespace, "exec", "deploy/swift", "--", "python3", "-c", makeContainer, user, key);
  return { authUrl, user, key, container: "backups" };
}

const ports = { account: 6202, container: 6201, object: 6200 } as const;

/** Where each kind of server finds what: here, on the one device that there is. The image has /etc/swift in /data/etc. */
const makeRings = `
  mkdir -p /data/etc /data/devices/sda
  cp /etc/server/* /data/etc/
  cd /data/etc
  ${Object.entries(ports)
    .map(
      ([kind, port]) => `
  swift-ring-builder ${kind}.builder create 2 1 0
  swift-ring-builder ${kind}.builder add r1z1-127.0.0.1:${port}/sda 1
  swift-ring-builder ${kind}.builder rebalance`,
    )
    .join("\n")}`;

const swiftConf = `
[swift-hash]
swift_hash_path_suffix = e2e
[storage-policy:0]
name = default
default = yes
`;

const proxyConf = (key: string) => `
[DEFAULT]
bind_port = 8080
workers = 1
user = root
[pipeline:main]
pipeline = catch_errors proxy-logging cache tempauth proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_${user.replace(":", "_")} = ${key} .admin
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:11211
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:proxy-logging]
use = egg:swift#proxy_logging
`;

const storageConf = (kind: string) => `
[DEFAULT]
devices = /data/devices
mount_check = false
bind_port = ${ports[kind as keyof typeof ports]}
workers = 1
user = root
[pipeline:main]
pipeline = ${kind}-server
[app:${kind}-server]
use = egg:swift#${kind}
`;

const makeContainer = `
import sys, urllib.request as web
user, key = sys.argv[1:]
ask = lambda url, method, headers: web.urlopen(web.Request(url, method=method, headers=headers), timeout=20)
token = ask("http://127.0.0.1:8080/auth/v1.0", "GET", {"X-Auth-User": user, "X-Auth-Key": key}).headers
ask(token["X-Storage-Url"] + "/backups", "PUT", {"X-Auth-Token": token["X-Auth-Token"]})
`;
