package sqlite

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// ErrLocked is the error of opening a folder that another process serves, or another [DB] of this one.
var ErrLocked = errors.New("the data folder is in use")

// lock takes the exclusive right to serve a folder. The kernel gives it back when the process ends, however it ends.
func lock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock file: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = fmt.Errorf("%w: %s is held by %s", ErrLocked, path, holder(path))
		}
		return nil, errors.Join(err, file.Close())
	}
	// Who holds the lock is for people to read; the lock itself does not depend on it.
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("write the lock file: %w", err), file.Close())
	}
	return file, nil
}

func holder(path string) string {
	text, err := os.ReadFile(path)
	if pid := strings.TrimSpace(string(text)); err == nil && pid != "" {
		return "process " + pid
	}
	return "a process that has not given its id yet"
}
