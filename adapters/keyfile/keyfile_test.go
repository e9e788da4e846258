package keyfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/foldstream/foldstream/adapters/keyfile"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
)

func open(t *testing.T, path string) *keyfile.Signer {
	t.Helper()
	s, err := keyfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestContract(t *testing.T) {
	contract.Signer(t, func(t *testing.T) engine.Signer { return open(t, filepath.Join(t.TempDir(), "key.pem")) })
}

func TestTheKeyStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.pem")
	first, _, _ := open(t, path).Public(t.Context())
	second, _, _ := open(t, path).Public(t.Context())
	if first != second {
		t.Fatalf("the key changed from %s to %s", first, second)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file is %v, %v", info.Mode(), err)
	}
}

func TestAnExposedKeyIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.pem")
	open(t, path)
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := keyfile.Open(path); !errors.Is(err, keyfile.ErrExposed) {
		t.Fatalf("got %v", err)
	}
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keyfile.Open(path); err == nil {
		t.Fatal("it was taken for a key")
	}
}
