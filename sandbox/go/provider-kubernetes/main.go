// Command pulumi-resource-kubernetes is Pulumi's Kubernetes provider. Its own main embeds files that the published
// module does not hold, so this one reads the schema that lies beside the program.
package main

import (
	"log"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// The release that the pinned module is; @pulumi/kubernetes is locked to the same.
const version = "4.25.0"

func main() {
	program, err := os.Executable()
	if err != nil {
		log.Fatal(err)
	}
	schema, err := os.ReadFile(filepath.Join(filepath.Dir(program), "kubernetes-schema.json"))
	if err != nil {
		log.Fatal(err)
	}
	provider.Serve("kubernetes", version, schema, []byte("{}"))
}
