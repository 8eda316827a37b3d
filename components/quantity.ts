/**
 * Why Kubernetes would refuse this quantity of CPU, memory or storage; `undefined` when it is good. Grammar:
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function quantityProblem(quantity: string): string | undefined {
  const match = /^[+]?(?<number>\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.exec(quantity);
  if (!match) {
    return "is not a quantity of Kubernetes: write a number and a unit, such as 500m, 512Mi or 10Gi";
  }
  return Number(match.groups?.number) === 0 ? "must be more than zero" : undefined;
}
