package wire

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/foldstream/foldstream/domain/otp"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/token"
)

var fiveDigits = regexp.MustCompile(`\b[0-9]{5}\b`)

// TestSigningInByCode requests codes by phone and by mail, reads them, and makes them tokens.
func TestSigningInByCode(t *testing.T) {
	s := start(t, "organisations")
	nobody := es.Identity{}
	for name, c := range map[string]struct{ primary, role, to string }{
		"phone": {"0812-3456-7890", "worker", "+6281234567890"},
		"mail":  {"Ann@Example.com", "org", "ann@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			var challenge struct {
				handler.Accepted
				otp.Challenge
			}
			s.must(nobody, otp.DoRequest.Route, "/otps", fmt.Sprintf(`{"primary":%q,"country":"ID","role":%q}`, c.primary, c.role), &challenge)
			var code string
			s.eventually("the code has come", func() bool {
				code = fiveDigits.FindString(s.post.last(c.to))
				return code != ""
			})
			verify := func(code string, into any) int {
				body := fmt.Sprintf(`{"primary":%q,"country":"ID","role":%q,"key":%q,"code":%q}`, c.primary, c.role, challenge.Key, code)
				return s.invoke(nobody, otp.DoVerify.Route, "/otps/verifications", body, into)
			}
			wrong := "00000"
			if code == wrong {
				wrong = "11111"
			}
			if status := verify(wrong, nil); status != 401 {
				t.Errorf("a wrong code: %d", status)
			}
			var issued token.Token
			if status := verify(code, &issued); status != 200 {
				t.Fatalf("the code: %d", status)
			}
			caller, _ := s.caller(issued.Token)
			if caller.User != challenge.ID || !caller.Has(c.role) {
				t.Errorf("the token is for %+v", caller)
			}
			if status := verify(code, nil); status != 409 {
				t.Errorf("the code again: %d", status)
			}
			var status otp.Status
			s.eventually("the view knows", func() bool {
				return s.invoke(caller, otp.GetStatus.Route, "/otps/"+challenge.ID, "", &status) == 200 &&
					status.Status == otp.StatusVerified && status.Tries == 1
			})
		})
	}
}
