package keyfile_test

import (
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

func TestTheKeyIsMadeOnceAndForTheOwnerAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key.pem")
	var ids [4]string
	var opening sync.WaitGroup
	for i := range ids {
		opening.Go(func() {
			signer, err := keyfile.Open(path)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i], _, _ = signer.Public(t.Context())
		})
	}
	opening.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("keys differ: %v", ids)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("the folder holds %v", left)
	}
}

func TestAKeyThatIsOpenToOthersIsRefused(t *testing.T) {
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
		path := filepath.Join(t.TempDir(), "key.pem")
		open(t, path)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := keyfile.Open(path); !errors.Is(err, keyfile.ErrExposed) || !strings.Contains(err.Error(), path) {
			t.Errorf("mode %v gave the error %v", mode, err)
		}
	}
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	for _, text := range []string{"", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		path := filepath.Join(t.TempDir(), "key.pem")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keyfile.Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%q gave the error %v", text, err)
		}
		if kept, err := os.ReadFile(path); err != nil || string(kept) != text {
			t.Errorf("the file was changed to %q, error %v", kept, err)
		}
	}
}
