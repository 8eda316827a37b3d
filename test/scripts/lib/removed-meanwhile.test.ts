import assert from "node:assert/strict";
import { inBothShells } from "../shell-under-test";
import { backedUp, inPlaceOf, restored } from "./restore-trials";

describe("removed-meanwhile.sh", function () {
  this.timeout(240_000);

  inBothShells("records no damage where the snapshot was removed while it was listed or restored", async (world) => {
    for (const command of [" restore ", " ls "]) {
      await backedUp(world);
      const id = (JSON.parse(await world.restic("snapshots", "--json")) as { id: string }[]).at(-1)?.id as string;
      const env = await inPlaceOf(
        world,
        "restic",
        `case " $* " in *"${command}"*) "$real" forget --prune -q ${id} >/dev/null 2>&1; rm -rf "$RESTIC_CACHE_DIR"; echo "Load(<data/1234567890>, 0, 0) failed: <data/1234567890> does not exist" >&2 ;; esac; exec "$real" "$@"`,
      );
      const { report } = await restored(world, 1, { env });
      assert.match(report.message, /somebody has removed snapshot [0-9a-f]{8} from the repository meanwhile/);
      assert.equal(report.snapshot, undefined);
      assert.equal(await world.restic("snapshots", "--json"), "[]");
    }
  });
});
