// Containers reads docker-compose.yml and the Dockerfile as Docker's own tools do, without an engine.
//
//	containers compose infra/compose/env.example docker-compose.yml [infra/compose/cuda.yaml …]
//	containers dockerfile Dockerfile
//
// The first is what `docker compose config --quiet` does, by Compose's own loader; the second what
// `docker build --check` does, by BuildKit's own linter, for every stage. No image is fetched. A warning of
// either is an error: it is printed, and the exit code is 1.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/opencontainers/go-digest"
	"github.com/sirupsen/logrus"
)

func main() {
	err := errors.New("usage: containers compose EXAMPLE_ENV FILE... | containers dockerfile FILE")
	switch args := os.Args[1:]; {
	case len(args) >= 3 && args[0] == "compose":
		err = compose(args[1], args[2:])
	case len(args) == 2 && args[0] == "dockerfile":
		err = dockerfile(args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// compose loads the files, one over the other, with the variables of an example as somebody would fill it in.
func compose(example string, files []string) error {
	variables, err := dotenv.Read(example)
	if err != nil {
		return fmt.Errorf("%s: %w", example, err)
	}
	given := []string{}
	for name, value := range variables {
		if value == "" {
			value = "filled-in"
		}
		given = append(given, name+"="+value)
	}
	warnings := &warnings{}
	logrus.AddHook(warnings)
	options, err := cli.NewProjectOptions(files, cli.WithEnv(given))
	if err != nil {
		return err
	}
	if _, err := options.LoadProject(context.Background()); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(files, " with "), err)
	}
	return errors.Join(warnings.found...)
}

// dockerfile lints every stage.
func dockerfile(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	source := llb.NewSourceMap(nil, file, "Dockerfile", text)
	source.Definition = &llb.Definition{}
	options := dockerfile2llb.ConvertOpt{SourceMap: source, MetaResolver: unknownImages{}}
	results, err := dockerfile2llb.DockerfileLint(context.Background(), text, options)
	if err != nil {
		return err
	}
	if results.Error != nil {
		return fmt.Errorf("%s: %s", file, results.Error.Message)
	}
	if err := results.PrintTo(os.Stderr, nil); err != nil {
		return err
	}
	if len(results.Warnings) > 0 {
		return fmt.Errorf("%s: %d warnings", file, len(results.Warnings))
	}
	return nil
}

// warnings keeps what Compose only logs: a variable that nobody sets, a key that nothing reads.
type warnings struct{ found []error }

func (*warnings) Levels() []logrus.Level {
	return []logrus.Level{logrus.WarnLevel, logrus.ErrorLevel}
}

func (w *warnings) Fire(entry *logrus.Entry) error {
	w.found = append(w.found, errors.New(entry.Message))
	return nil
}

// unknownImages stands for the registry: every image is there, and nothing is known of it.
type unknownImages struct{}

func (unknownImages) ResolveImageConfig(
	_ context.Context, ref string, _ sourceresolver.Opt,
) (string, digest.Digest, []byte, error) {
	return ref, "", []byte(`{"architecture": "amd64", "os": "linux"}`), nil
}
