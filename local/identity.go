package local

import (
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/foldstream/foldstream/adapters/keyfile"
	"github.com/foldstream/foldstream/adapters/oidc"
	"github.com/foldstream/foldstream/token"
)

// trust settles whose tokens are taken: those of the provider that is named, and then nobody signs in here, or our own.
func (s *System) trust() error {
	if err := s.Provider.Check(); err != nil {
		return err
	}
	if s.Provider.Named() {
		keys, err := oidc.New(s.Provider.Issuer, http.DefaultTransport, s.World)
		if err != nil {
			return fmt.Errorf("the issuer: %w", err)
		}
		s.App = s.App.WithoutSignIn()
		s.tokens = &token.Verifier{Provider: s.Provider, Keys: keys, Leeway: token.Leeway, World: s.World}
		return nil
	}
	signer, err := keyfile.Open(filepath.Join(s.Data, "signing-key.pem"))
	if err != nil {
		return err
	}
	s.Authority = &token.Authority{Signer: signer, World: s.World}
	s.tokens = s.Authority
	return nil
}

// issuer is the URL of who issues the tokens.
func (s *System) issuer() string {
	if s.Authority == nil {
		return s.Provider.Issuer
	}
	return s.Authority.Issuer
}
