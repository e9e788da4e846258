package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/token"
)

// signingIn is the story of some one-time passwords.
type signingIn struct {
	stage
	nobody *client.Client
	worker *client.Client
	org    *client.Client
	orgID  string
}

// challenge is what the API answers to who asks for a code.
type challenge struct {
	Key string `json:"key"`
}

func playOTP(ctx context.Context, s stage) error {
	if s.outbox == nil {
		return errors.New("the codes are read from the server's outbox: say with -outbox where it is, as .foldstream/outbox")
	}
	i := &signingIn{stage: s, nobody: &client.Client{Base: s.url}}
	return inTurn(ctx, i.byPhone, i.byEmail, i.present, i.poll, i.search)
}

func (s *signingIn) byPhone(ctx context.Context) error {
	local := fmt.Sprintf("%08d", rand.IntN(100_000_000))
	fmt.Printf("A worker in Indonesia signs in as 0812-%s-%s.\n", local[:4], local[4:])
	who := map[string]string{"primary": "0812-" + local[:4] + "-" + local[4:], "country": "ID", "role": "worker"}
	otp, asked, err := s.request(ctx, who)
	if err != nil {
		return err
	}
	_, _, err = s.request(ctx, who)
	if err := refused(err, "OtpRequestedJustNow"); err != nil {
		return err
	}
	code, err := s.code(ctx, "+62812"+local)
	if err != nil {
		return err
	}
	fmt.Println("A wrong code is counted, and refused; the right one is good for a token, once.")
	_, err = s.verify(ctx, who, asked.Key, wrong(code))
	if err := refused(err, "WrongCode"); err != nil {
		return err
	}
	if s.worker, err = s.verify(ctx, who, asked.Key, code); err != nil {
		return err
	}
	_, err = s.verify(ctx, who, asked.Key, code)
	if err := refused(err, "OtpUsed"); err != nil {
		return err
	}
	var status struct {
		Status string `json:"status"`
		Tries  int    `json:"tries"`
	}
	// It was requested, tried in vain, and verified.
	if err := s.worker.Get(ctx, "/otps/"+otp+"?min-version=3", &status); err != nil {
		return err
	}
	fmt.Printf("  GET /otps/%s: %s, %d wrong\n", otp, status.Status, status.Tries)
	return errors.Join(is("the status", status.Status, "verified"), is("the number of wrong codes", status.Tries, 1))
}

func (s *signingIn) byEmail(ctx context.Context) error {
	email := "Office." + s.tag + "@Example.com"
	fmt.Printf("\nAn organisation signs in as %s.\n", email)
	who := map[string]string{"primary": email, "country": "SG", "role": "org"}
	otp, asked, err := s.request(ctx, who)
	if err != nil {
		return err
	}
	code, err := s.code(ctx, strings.ToLower(email))
	if err != nil {
		return err
	}
	s.orgID = otp
	s.org, err = s.verify(ctx, who, asked.Key, code)
	return err
}

func (s *signingIn) request(ctx context.Context, who map[string]string) (id string, c challenge, err error) {
	accepted, err := s.nobody.Command(ctx, http.MethodPost, "/otps", who, &c)
	return accepted.ID, c, err
}

// verify gives the client that a code is good for.
func (s *signingIn) verify(ctx context.Context, who map[string]string, key, code string) (*client.Client, error) {
	var issued token.Token
	input := map[string]string{"primary": who["primary"], "country": who["country"], "role": who["role"], "key": key, "code": code}
	if _, err := s.nobody.Command(ctx, http.MethodPost, "/otps/verifications", input, &issued); err != nil {
		return nil, err
	}
	fmt.Printf("  the code is right: a token for %s\n", issued.UserID)
	return &client.Client{Base: s.url, Token: issued.Token}, nil
}

// wrong is another code.
func wrong(code string) string {
	if code == "00000" {
		return "00001"
	}
	return "00000"
}

var fiveDigits = regexp.MustCompile(`\b[0-9]{5}\b`)

// code reads the code that was sent to somebody, once the server has posted it.
func (s *signingIn) code(ctx context.Context, to string) (string, error) {
	var code string
	err := until(ctx, "a code is posted to "+to, func() (bool, error) {
		mails, err := s.outbox.To(ctx, to)
		if err != nil || len(mails) == 0 {
			return false, err
		}
		code = fiveDigits.FindString(mails[0].Text)
		fmt.Printf("  the outbox has, to %s: %s\n", to, strings.Join(strings.Fields(mails[0].Text), " "))
		return true, nil
	})
	return code, err
}

// profile is an organisation as the API shows it.
type profile struct {
	ID          string `json:"id,omitzero"`
	Name        string `json:"name"`
	Location    string `json:"location"`
	Description string `json:"description,omitzero"`
	Version     uint64 `json:"version,omitzero"`
}

func (s *signingIn) present(ctx context.Context) error {
	fmt.Println("\nThe organisation presents itself. A worker can't, and nobody can twice.")
	made := profile{Name: "Sweet Harvest " + s.tag, Location: "Singapore"}
	_, err := s.worker.Command(ctx, http.MethodPost, "/orgs", made, nil)
	if err := refused(err, "Forbidden"); err != nil {
		return err
	}
	if _, err := s.org.Command(ctx, http.MethodPost, "/orgs", made, nil); err != nil {
		return err
	}
	_, err = s.org.Command(ctx, http.MethodPost, "/orgs", made, nil)
	return refused(err, "OrgAlreadyExists")
}

// poll asks for what has been seen already, and then for a version that is yet to be.
func (s *signingIn) poll(ctx context.Context) error {
	fmt.Println("\nWhoever polls is told that nothing is new, and gets a new version as soon as it is there.")
	path := "/orgs/" + s.orgID
	first, err := s.worker.Do(ctx, http.MethodGet, path+"?min-version=1", nil)
	if err != nil {
		return err
	}
	tag := first.Header.Get("ETag")
	again, err := s.worker.Do(ctx, http.MethodGet, path, nil, "If-None-Match", tag)
	if err != nil {
		return err
	}
	fmt.Printf("  GET %s: %d, ETag %s; and again, If-None-Match %s: %d\n", path, first.Status, tag, tag, again.Status)
	if err := errors.Join(is("the ETag", tag, `"1"`), is("the status", again.Status, http.StatusNotModified)); err != nil {
		return err
	}
	to := profile{Name: "Sweet Harvest " + s.tag, Location: "Singapore", Description: "Durians of " + s.tag + ", by the crate."}
	if _, err := s.org.Command(ctx, http.MethodPut, path, to, nil); err != nil {
		return err
	}
	var now profile
	if err := s.worker.Get(ctx, path+"?min-version=2", &now); err != nil {
		return err
	}
	fmt.Printf("  GET %s?min-version=2: %s: %s\n", path, now.Name, now.Description)
	to.ID, to.Version = s.orgID, 2
	return is("the organisation", now, to)
}

func (s *signingIn) search(ctx context.Context) error {
	if !s.searches {
		fmt.Println("\nThis stage has no search, by which it could be found.")
		return nil
	}
	fmt.Println("\nIt is found by its words.")
	var found struct {
		Items []profile `json:"items"`
	}
	path := "/org-search?q=durians+" + s.tag
	err := until(ctx, "the organisation is found", func() (bool, error) {
		err := s.worker.Get(ctx, path, &found)
		return len(found.Items) > 0, err
	})
	if err != nil {
		return err
	}
	fmt.Printf("  GET %s: %s, %s\n", path, found.Items[0].Name, found.Items[0].Location)
	return errors.Join(is("the number of those found", len(found.Items), 1), is("who is found", found.Items[0].ID, s.orgID))
}
