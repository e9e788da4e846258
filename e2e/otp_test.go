package e2e

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foldstream/foldstream/adapters/outbox"
	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/client/posted"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/token"
)

// desk is where codes are asked for, and read.
type desk struct {
	url string
	box posted.Box // nil if it is not known where codes are posted
}

// front is that of the server that most tests share.
func front() desk { return desk{server.url, server.box} }

type challenge struct {
	Key       string    `json:"key"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// newEmail is an address that nobody has had.
func newEmail() string { return "o" + strings.ToLower(engine.NewID()) + "@example.com" }

// newPhone is a number in Indonesia, as it is dialled there.
func newPhone() string { return fmt.Sprintf("0812%08d", rand.IntN(100_000_000)) }

func (d desk) request(t *testing.T, primary, country, role string, headers ...string) (c challenge, err error) {
	t.Helper()
	input := map[string]string{"primary": primary, "country": country, "role": role}
	_, err = (&client.Client{Base: d.url}).Command(t.Context(), "POST", "/otps", input, &c, headers...)
	return c, err
}

func (d desk) requested(t *testing.T, primary, country, role string) challenge {
	t.Helper()
	c, err := d.request(t, primary, country, role)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// verify gives the client that a code is good for, and its id.
func (d desk) verify(t *testing.T, primary, key, code string) (*client.Client, string, error) {
	t.Helper()
	var issued token.Token
	input := map[string]string{"primary": primary, "key": key, "code": code}
	_, err := (&client.Client{Base: d.url}).Command(t.Context(), "POST", "/otps/verifications", input, &issued)
	return &client.Client{Base: d.url, Token: issued.Token}, issued.UserID, err
}

var fiveDigits = regexp.MustCompile(`\b[0-9]{5}\b`)

// codes waits until so many codes were posted to somebody, and gives them in no order.
func (d desk) codes(t *testing.T, to string, n int) []string {
	t.Helper()
	if d.box == nil {
		leaveOut(t, "it reads what was posted: say where with FOLDSTREAM_OUTBOX")
	}
	var found []string
	eventually(t, "a code is posted", func() bool {
		mails, err := d.box.To(t.Context(), to)
		if err != nil {
			t.Fatal(err)
		}
		found = nil
		for _, m := range mails {
			found = append(found, fiveDigits.FindString(m.Text))
		}
		return len(found) >= n
	})
	return found
}

// signedIn is somebody who has verified a code.
func (d desk) signedIn(t *testing.T, primary, normal, country, role string) (*client.Client, string) {
	t.Helper()
	c := d.requested(t, primary, country, role)
	if country == "ID" {
		primary = normal
	}
	signed, id, err := d.verify(t, primary, c.Key, d.codes(t, normal, 1)[0])
	if err != nil {
		t.Fatal(err)
	}
	return signed, id
}

// wrong are codes other than the one.
func wrong(code string, n int) []string {
	var all []string
	for i := 0; len(all) < n; i++ {
		if other := fmt.Sprintf("%05d", i); other != code {
			all = append(all, other)
		}
	}
	return all
}

func TestACodeIsRequestedOnceAMinute(t *testing.T) {
	t.Parallel()
	ownServer(t)
	var ahead atomic.Int64
	data := t.TempDir()
	clock := startTimely(t, data, &ahead)
	d := desk{clock.url, outbox.Folder(filepath.Join(data, "outbox"))}
	email := newEmail()
	first, err := d.request(t, email, "SG", "org", "Idempotency-Key", "k")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.request(t, strings.ToUpper(email), "HK", "org"); err == nil {
		t.Fatalf("another spelling of the address gave %+v", again)
	} else {
		refused(t, err, 429, "OtpRequestedJustNow")
	}
	if again, err := d.request(t, email, "SG", "org", "Idempotency-Key", "k"); err != nil || again != first {
		t.Fatalf("a repetition gave %+v, %v, the first gave %+v", again, err, first)
	}
	clock.pass(58 * time.Second)
	_, err = d.request(t, email, "SG", "org")
	refused(t, err, 429, "OtpRequestedJustNow")
	old := d.codes(t, email, 1)[0]
	clock.pass(3 * time.Second)
	second := d.requested(t, email, "SG", "org")
	_, _, err = d.verify(t, email, first.Key, old)
	refused(t, err, 404, "NoSuchOtp")

	code := ""
	for _, c := range d.codes(t, email, 2) {
		if c != old {
			code = c
		}
	}
	clock.pass(30*time.Hour + time.Minute)
	_, _, err = d.verify(t, email, second.Key, code)
	refused(t, err, 409, "OtpExpired")
}

func TestFiveTries(t *testing.T) {
	d, email := front(), newEmail()
	asked := d.requested(t, email, "SG", "org")
	code := d.codes(t, email, 1)[0]
	_, _, err := d.verify(t, email, strings.Repeat("0", 32), code)
	refused(t, err, 404, "NoSuchOtp") // which is no try
	for _, other := range wrong(code, 5) {
		_, _, err := d.verify(t, email, asked.Key, other)
		refused(t, err, 401, "WrongCode")
	}
	_, _, err = d.verify(t, email, asked.Key, code)
	refused(t, err, 429, "OtpTooManyTries")
}

// TestTriesAtOnceAreCounted has twenty wrong codes tried at the same moment.
func TestTriesAtOnceAreCounted(t *testing.T) {
	d, email := front(), newEmail()
	asked := d.requested(t, email, "SG", "org")
	code := d.codes(t, email, 1)[0]
	results := make(chan error, 20)
	for _, other := range wrong(code, cap(results)) {
		go func() {
			results <- insist(func() error {
				_, _, err := d.verify(t, email, asked.Key, other)
				return err
			})
		}()
	}
	looked := 0
	for range cap(results) {
		switch err := <-results; {
		case strings.Contains(fmt.Sprint(err), "WrongCode"):
			looked++
		default:
			refused(t, err, 429, "OtpTooManyTries")
		}
	}
	if looked != 5 {
		t.Fatalf("%d codes were looked at", looked)
	}
}

// TestACodeIsGoodOnce has eight verify it at the same moment.
func TestACodeIsGoodOnce(t *testing.T) {
	d, phone := front(), newPhone()
	asked := d.requested(t, phone, "ID", "worker")
	normal := "+62" + phone[1:]
	code := d.codes(t, normal, 1)[0]
	won := together(t, 8, 409, "OtpUsed", func(int) error {
		_, _, err := d.verify(t, normal, asked.Key, code)
		return err
	})
	if won != 1 {
		t.Fatalf("%d of 8 were granted a token", won)
	}
}

func TestPrimariesThatAreNone(t *testing.T) {
	d := front()
	for _, c := range []struct{ primary, country, role, field string }{
		{"0812", "ID", "worker", "primary"},
		{"call me", "ID", "worker", "primary"},
		{"+14155552671", "ID", "worker", "primary"},  // of another country
		{"021 5795 5000", "ID", "worker", "primary"}, // no mobile phone
		{"nobody", "SG", "org", "primary"},
		{newPhone(), "SG", "org", "primary"},
		{newPhone(), "US", "worker", "country"},
		{newEmail(), "SG", "admin", "role"},
	} {
		_, err := d.request(t, c.primary, c.country, c.role)
		if p := refused(t, err, 400, "InvalidInput"); p.Field != c.field {
			t.Errorf("%+v: the fault is at %q", c, p.Field)
		}
	}
}

// TestACodeIsNowhereInTheClear looks for it in what the server keeps.
func TestACodeIsNowhereInTheClear(t *testing.T) {
	ownServer(t)
	d, email := front(), newEmail()
	asked := d.requested(t, email, "SG", "org")
	code := d.codes(t, email, 1)[0]
	found := 0
	for commit, err := range engine.CatchUp(t.Context(), server.Store, 0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range commit.Events {
			if strings.Contains(string(e.Data), asked.Key) {
				found++
				if strings.Contains(string(e.Data), `"`+code+`"`) {
					t.Fatalf("it stands in %s", e.Data)
				}
			}
		}
	}
	if found == 0 {
		t.Fatal("its event was not found")
	}
}
