import assert from "node:assert/strict";
import fc from "fast-check";
import { quantityProblem } from "../components/quantity";

describe("quantityProblem", () => {
  for (const quantity of ["1", "0.5", ".5", "250m", "512Mi", "10Gi", "1e3", "1E", "+1k", "100u"]) {
    it(`accepts ${quantity}`, () => {
      assert.equal(quantityProblem(quantity), undefined);
    });
  }

  for (const quantity of ["", "10 Gi", "10GB", "ten", "-1Gi", "1gi", "1.2.3", "."]) {
    it(`refuses "${quantity}"`, () => {
      assert.match(quantityProblem(quantity) ?? "accepted", /is not a quantity of Kubernetes/);
    });
  }

  for (const quantity of ["0", "0Gi", "0.0", "00m"]) {
    it(`refuses "${quantity}", which is nothing`, () => {
      assert.equal(quantityProblem(quantity), "must be more than zero");
    });
  }

  it("accepts every positive number with every unit", () => {
    const units = ["", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    fc.assert(
      fc.property(fc.integer({ min: 1 }), fc.constantFrom(...units), (number, unit) => {
        assert.equal(quantityProblem(`${number}${unit}`), undefined);
      }),
    );
  });
});
