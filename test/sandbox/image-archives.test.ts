import assert from "node:assert/strict";
import { missingImages } from "../../sandbox/image-archives";
import { images, serverImages } from "../../sandbox/images";

describe("the images of the cluster", () => {
  it("are all there, those of the storage servers too", async () => {
    assert.deepEqual(await missingImages([...images, ...serverImages]), []);
  });

  it("are missed when their contents are others, or their name is", async () => {
    const [pause] = images;
    assert.ok(pause);
    const others = [
      { ...pause, entrypoint: ["/bin/pause"] },
      { ...pause, name: "registry.k8s.io/pause:0" },
    ];
    assert.deepEqual(await missingImages([pause, ...others]), others);
  });
});
