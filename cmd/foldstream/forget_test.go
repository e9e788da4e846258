package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/foldstream/foldstream/adapters/dynamo"
	keys "github.com/foldstream/foldstream/adapters/kms"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/domain/identity"
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
	"github.com/foldstream/foldstream/local"
	"github.com/foldstream/foldstream/topology"
)

// signUp has somebody register and choose a name, and gives the id.
func signUp(t *testing.T, commands *engine.Commands, email, name string) string {
	t.Helper()
	execute := func(decl *es.CommandDecl, command any, invoker string) string {
		result, err := commands.Execute(t.Context(), engine.Request{
			Decl: decl, Command: command, ID: engine.NewID(), TraceID: engine.NewID(), Invoker: es.Identity{User: invoker, Roles: []string{es.RoleWrite}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return result.Stream.ID()
	}
	id := execute(identity.DoRegister, identity.Register{AccountID: engine.NewID(), Email: email, Password: "correct horse battery"}, "")
	execute(user.DoCreate, user.Create{UserID: id, Name: name}, id)
	return id
}

const (
	forgottenMail = "ada.forgotten@example.com"
	forgottenName = "Ada Forgotten"
)

// forgets walks through a forgetting on the command line.
func forgets(t *testing.T, id string, run func(args ...string) string) {
	t.Helper()
	says(t, run("forget", id), "failed: this cannot be undone")
	says(t, run("forget", "--list"), "Nobody is forgotten.")
	says(t, run("replay", "identity-"+id), forgottenMail)
	says(t, run("forget", id, "--dry-run"), "3 texts in 2 streams", "1  Registered", "1  UserCreated", "would be free again: 1", "Nothing is changed.")
	says(t, run("replay", "user-"+id), forgottenName)
	says(t, run("forget", id, "--yes", "--no-wait", "--why", "asked by letter"), "are free again: 1", "The key is deleted. Call this again after")
	says(t, run("forget", "--list"), id, "no: call forget again", "cli:", "asked by letter")
	says(t, run("replay", "user-"+id), `"name": "erased"`)
	says(t, run("replay", "identity-"+id), `"email": ""`, `"passwordHash": ""`)
	says(t, run("forget", id, "--yes", "--no-wait", "--json"), `"values":0`, `"waiting":true`)
}

func TestForget(t *testing.T) {
	dir := t.TempDir()
	system, err := local.Open(local.Config{App: domain.App, Data: dir}, true)
	if err != nil {
		t.Fatal(err)
	}
	id := signUp(t, system.Commands, forgottenMail, forgottenName)
	other := signUp(t, system.Commands, "bob@example.com", "Bob")
	inEvents := func() bool {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(dir, "events.db*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{forgottenMail, forgottenName} {
				if bytes.Contains(data, []byte(text)) {
					return true
				}
			}
		}
		return false
	}
	if inEvents() {
		t.Error("what is personal stands in the file of the events")
	}
	run := func(args ...string) string { return foldstream(t, append(args, "--data", dir)...) }
	forgets(t, id, run)
	says(t, run("replay", "user-"+other), `"name": "Bob"`)
	if again := signUp(t, system.Commands, forgottenMail, forgottenName); again == id {
		t.Error("who signs up again is who was forgotten")
	}
	if err := system.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestStageForgets(t *testing.T) {
	d := deploy(t)
	client, names := dynamodb.NewFromConfig(d.cfg), dynamo.NamesBy(d.stage.Name)
	wrapping := kms.NewFromConfig(emulator.MiniStack(t))
	made, err := wrapping.CreateKey(t.Context(), &kms.CreateKeyInput{})
	if err != nil {
		t.Fatal(err)
	}
	d.tell(t, topology.SealPersonal, map[string]string{setting.SubjectKey: *made.KeyMetadata.KeyId, setting.KeysTable: names.Keys})
	held := &dynamo.Keys{Client: client, Table: names.Keys, DataKeys: &keys.DataKeys{Client: wrapping, KeyID: *made.KeyMetadata.KeyId}}
	commands := &engine.Commands{Store: engine.NewSeals(held, 0).Store(d.store)}
	id := signUp(t, commands, forgottenMail, forgottenName)
	feed := &dynamo.Feed{Client: client, Table: names.Feed, Events: d.store}
	for _, stream := range []es.StreamID{"user-" + es.StreamID(id), "identity-" + es.StreamID(id)} {
		for c, err := range d.store.Load(t.Context(), stream, 0) {
			text, encodeErr := es.Encode(c)
			if err != nil || encodeErr != nil {
				t.Fatal(err, encodeErr)
			}
			if bytes.Contains(text, []byte(forgottenMail)) || bytes.Contains(text, []byte(forgottenName)) {
				t.Errorf("the table has %s", text)
			}
			if err := feed.Append(t.Context(), []es.Commit{c}); err != nil {
				t.Fatal(err)
			}
		}
	}
	forgets(t, id, func(args ...string) string { return d.run(t, args...) })
}
