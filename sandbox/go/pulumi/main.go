// Command pulumi-resource-random is a STAND-IN for Pulumi's random provider, which no package registry holds. It
// serves RandomPassword and nothing else. Where the official plugin is installed, the sandbox does not offer this one.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"

	"github.com/pulumi/pulumi/pkg/v3/resource/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

const version = "4.21.2"

// Marks a secret in a property map: the engine then encrypts it in the state.
const (
	signatureKey = "4dabf18193072939515e22adb298388d"
	secret       = "1b47061264138c4ac30d75fd1eb44270"
)

// Every argument: a change of one replaces the password, as with the official provider.
var arguments = []string{
	"keepers", "length", "lower", "minLower", "minNumeric", "minSpecial", "minUpper", "number", "numeric",
	"overrideSpecial", "special", "upper",
}

type standIn struct {
	rpc.UnimplementedResourceProviderServer
}

func (standIn) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: version}, nil
}

func (standIn) CheckConfig(_ context.Context, request *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	return &rpc.CheckResponse{Inputs: request.GetNews()}, nil
}

func (standIn) DiffConfig(context.Context, *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	return &rpc.DiffResponse{}, nil
}

func (standIn) Configure(context.Context, *rpc.ConfigureRequest) (*rpc.ConfigureResponse, error) {
	return &rpc.ConfigureResponse{AcceptSecrets: true, SupportsPreview: true, AcceptResources: true}, nil
}

func (standIn) Check(_ context.Context, request *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	if request.GetType() != "random:index/randomPassword:RandomPassword" {
		return nil, fmt.Errorf("the sandbox's stand-in for the random provider knows RandomPassword only, not %s", request.GetType())
	}
	response := &rpc.CheckResponse{Inputs: request.GetNews()}
	if length := request.GetNews().GetFields()["length"].GetNumberValue(); length < 1 {
		response.Failures = []*rpc.CheckFailure{{Property: "length", Reason: "must be 1 or more"}}
	}
	return response, nil
}

func (standIn) Diff(_ context.Context, request *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	before, after := request.GetOldInputs().AsMap(), request.GetNews().AsMap()
	var changed []string
	for _, argument := range arguments {
		if slices.Contains(request.GetIgnoreChanges(), argument) {
			continue
		}
		if fmt.Sprint(before[argument]) != fmt.Sprint(after[argument]) {
			changed = append(changed, argument)
		}
	}
	if len(changed) == 0 {
		return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}, nil
	}
	return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_SOME, Replaces: changed, Diffs: changed}, nil
}

func (standIn) Create(_ context.Context, request *rpc.CreateRequest) (*rpc.CreateResponse, error) {
	properties := request.GetProperties().AsMap()
	if !request.GetPreview() {
		password, err := generate(properties)
		if err != nil {
			return nil, err
		}
		properties["result"] = map[string]any{signatureKey: secret, "value": password}
	}
	outputs, err := structpb.NewStruct(properties)
	return &rpc.CreateResponse{Id: "none", Properties: outputs}, err
}

// Read refreshes what there is; an import, which has an id and nothing else, gives the password as the id.
func (standIn) Read(_ context.Context, request *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	if len(request.GetProperties().GetFields()) > 0 {
		return &rpc.ReadResponse{Id: request.GetId(), Properties: request.GetProperties(), Inputs: request.GetInputs()}, nil
	}
	password := request.GetId()
	inputs, err := structpb.NewStruct(map[string]any{"length": len(password)})
	if err != nil {
		return nil, err
	}
	outputs, err := structpb.NewStruct(map[string]any{
		"length": len(password),
		"result": map[string]any{signatureKey: secret, "value": password},
	})
	return &rpc.ReadResponse{Id: "none", Properties: outputs, Inputs: inputs}, err
}

func (standIn) Delete(context.Context, *rpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (standIn) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// Characters that a password is made of: as many of each class as are asked for, the rest of all that are wanted.
func generate(properties map[string]any) (string, error) {
	special := "!@#$%&*()-_=+[]{}<>:?"
	if own, _ := properties["overrideSpecial"].(string); own != "" {
		special = own
	}
	numeric := "numeric"
	if _, given := properties[numeric]; !given {
		numeric = "number" // its deprecated name
	}
	alphabet, password := "", ""
	for _, class := range []struct{ argument, minimum, characters string }{
		{"lower", "minLower", "abcdefghijklmnopqrstuvwxyz"},
		{"upper", "minUpper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		{numeric, "minNumeric", "0123456789"},
		{"special", "minSpecial", special},
	} {
		if wanted, given := properties[class.argument].(bool); given && !wanted {
			continue
		}
		alphabet += class.characters
		minimum, _ := properties[class.minimum].(float64)
		for range int(minimum) {
			password += string(class.characters[random(len(class.characters))])
		}
	}
	length, _ := properties["length"].(float64)
	if alphabet == "" {
		return "", errors.New("no class of characters is left to make a password of")
	}
	if len(password) > int(length) {
		return "", fmt.Errorf("length %d is less than the minimums of the classes together, %d", int(length), len(password))
	}
	for len(password) < int(length) {
		password += string(alphabet[random(len(alphabet))])
	}
	characters := []byte(password)
	for i := len(characters) - 1; i > 0; i-- {
		j := random(i + 1)
		characters[i], characters[j] = characters[j], characters[i]
	}
	return string(characters), nil
}

func random(below int) int {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(below)))
	if err != nil {
		panic(err) // crypto/rand never fails on Linux
	}
	return int(n.Int64())
}

func main() {
	serve := func(*provider.HostClient) (rpc.ResourceProviderServer, error) { return standIn{}, nil }
	if err := provider.Main("random", serve); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
