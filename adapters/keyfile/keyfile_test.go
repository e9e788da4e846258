package keyfile_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/foldstream/foldstream/adapters/keyfile"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
)

func open(t *testing.T, path string) *keyfile.Signer {
	t.Helper()
	signer, err := keyfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func TestContract(t *testing.T) {
	contract.Signer(t, func(t *testing.T) engine.Signer { return open(t, filepath.Join(t.TempDir(), "key.pem")) })
}

// kinds are the files that can be opened, each with what comes out of it.
var kinds = map[string]func(path string) (string, error){
	"key": func(path string) (string, error) {
		signer, err := keyfile.Open(path)
		if err != nil {
			return "", err
		}
		id, _, err := signer.Public(context.Background())
		return id, err
	},
	"secret": func(path string) (string, error) {
		secrets, err := keyfile.OpenSecret(path)
		if err != nil {
			return "", err
		}
		secret, err := secrets.Secret(context.Background())
		return string(secret), err
	},
}

func TestAFileIsMadeOnceAndForTheOwnerAlone(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			var contents [4]string
			var opening sync.WaitGroup
			for i := range contents {
				opening.Go(func() {
					var err error
					if contents[i], err = open(path); err != nil {
						t.Error(err)
					}
				})
			}
			opening.Wait()
			for _, content := range contents {
				if content == "" || content != contents[0] {
					t.Errorf("contents differ: %q", contents)
				}
			}
			info, err := os.Stat(path)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, error %v", info.Mode(), err)
			}
			if left, _ := os.ReadDir(dir); len(left) != 1 {
				t.Errorf("the folder holds %v", left)
			}
		})
	}
}

func TestAFileThatIsOpenToOthersIsRefused(t *testing.T) {
	for name, open := range kinds {
		for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
			path := filepath.Join(t.TempDir(), name)
			if _, err := open(path); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			if _, err := open(path); !errors.Is(err, keyfile.ErrExposed) || !strings.Contains(err.Error(), path) {
				t.Errorf("a %s of mode %v gave the error %v", name, mode, err)
			}
		}
	}
}

func TestASecretHas32RandomBytes(t *testing.T) {
	secret := func() string {
		t.Helper()
		text, err := kinds["secret"](filepath.Join(t.TempDir(), "secret"))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	one, two := secret(), secret()
	if len(one) != 32 || one == two || one == string(make([]byte, 32)) {
		t.Errorf("the secrets are %x and %x", one, two)
	}
}

func TestASecretIsNobodysToChange(t *testing.T) {
	var secrets engine.Secrets
	secrets, err := keyfile.OpenSecret(filepath.Join(t.TempDir(), "secret"))
	if err != nil {
		t.Fatal(err)
	}
	first, _ := secrets.Secret(t.Context())
	kept := string(first)
	clear(first)
	if again, err := secrets.Secret(t.Context()); err != nil || string(again) != kept {
		t.Errorf("the secret went from %x to %x, error %v", kept, again, err)
	}
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	refused := func(text string, open func(path string) (string, error)) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%q gave the error %v", text, err)
		}
		if kept, err := os.ReadFile(path); err != nil || string(kept) != text {
			t.Errorf("the file was changed to %q, error %v", kept, err)
		}
	}
	for _, text := range []string{"", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		refused(text, kinds["key"])
	}
	for _, text := range []string{"", strings.Repeat("x", 31)} {
		refused(text, kinds["secret"])
	}
}
