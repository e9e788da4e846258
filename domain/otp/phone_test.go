package otp_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/otp"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

// sentTo is the number that a worker's code is sent to, or the refusal.
func sentTo(country otp.Country, primary string) (string, error) {
	command := otp.Request{Primary: primary, Country: country, Role: otp.RoleWorker}
	if err := command.Validate(); err != nil {
		return "", err
	}
	events, err := command.Decide(otp.OTP{}, es.Env{Now: estest.Noon, Secret: []byte(estest.Secret)})
	if err != nil {
		return "", err
	}
	return events[0].(otp.SMSRequested).To, nil
}

func TestPhones(t *testing.T) {
	for _, c := range []struct {
		country otp.Country
		primary string
		want    string
	}{
		{"ID", "0812-3456-7890", "+6281234567890"},
		{"ID", "+62 0812 3456 7890", "+6281234567890"},
		{"PH", "0905 123 4567", "+639051234567"},
		{"VN", "091 234 56 78", "+84912345678"},
		{"SG", "8123 4567", "+6581234567"},
		{"MY", "012-345 6789", "+60123456789"},
		{"TH", "081 234 5678", "+66812345678"},
		{"KH", "091 234 567", "+85591234567"},
		{"LA", "020 23 123 456", "+8562023123456"},
		{"MM", "09 212 3456", "+9592123456"},
		{"BN", "712 3456", "+6737123456"},
		{"JP", "090-1234-5678", "+819012345678"},
		{"JP", "０９０－１２３４－５６７８", "+819012345678"},
		{"TW", "0912 345 678", "+886912345678"},
		{"KR", "010-2000-0000", "+821020000000"},
		{"HK", "5123 4567", "+85251234567"},
		{"HK", " (5123)\u00a04567 ", "+85251234567"},
		{"HK", "+852 5123 4567", "+85251234567"},
	} {
		t.Run(fmt.Sprintf("%s %s", c.country, c.primary), func(t *testing.T) {
			if got, err := sentTo(c.country, c.primary); got != c.want || err != nil {
				t.Errorf("%q, %v; want %s", got, err, c.want)
			}
		})
	}
	for name, c := range map[string]struct {
		country otp.Country
		primary string
	}{
		"nothing":             {"ID", ""},
		"space":               {"ID", " "},
		"a plus":              {"ID", "+"},
		"too short":           {"ID", "0812"},
		"too long":            {"ID", "0812345678901234567"},
		"far too long":        {"ID", strings.Repeat("0812", 100)},
		"of another country":  {"ID", "+65 8123 4567"},
		"of none of ours":     {"ID", "+49 151 23456789"},
		"of no country":       {"ID", "+999 8123 4567"},
		"a landline":          {"ID", "021 350 1234"},
		"toll-free":           {"ID", "0800 123 4567"},
		"premium":             {"SG", "1900 123 4567"},
		"with an extension":   {"ID", "0812-3456-7890 ext. 5"},
		"with a #":            {"ID", "0812-3456-7890#5"},
		"in words":            {"ID", "0812-CALL-NOW"},
		"in prose":            {"ID", "call 0812-3456-7890"},
		"a URI":               {"ID", "tel:0812-3456-7890;phone-context=+62"},
		"two numbers":         {"ID", "0812-3456-7890, 0812-3456-7891"},
		"a line break inside": {"ID", "0812-3456-7890\r\n0812"},
		"an e-mail address":   {"ID", "ann@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			nobody.When(otp.Request{Primary: c.primary, Country: c.country, Role: otp.RoleWorker}).ThenRejected(t, es.Invalid("primary", ""))
		})
	}
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

func TestAnythingIsAPhoneNumberInOneSpellingOrNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		country := rapid.SampledFrom(otp.Countries).Draw(t, "country")
		primary := rapid.OneOf(
			rapid.String(),
			rapid.StringMatching(`[-+0-9 ().#x;,/*]{0,25}`),
			rapid.StringMatching(`0?[0-9]{7,11}`),
			rapid.Custom(func(t *rapid.T) string { return spelt(t, country, mobile(t, country)) }),
		).Draw(t, "primary")
		number, err := sentTo(country, primary)
		if err != nil {
			return
		}
		if !e164.MatchString(number) || !strings.HasPrefix(number, fmt.Sprint("+", phonenumbers.GetCountryCodeForRegion(string(country)))) {
			t.Fatalf("%q is not a number of %s", number, country)
		}
		if again, err := sentTo(country, number); again != number || err != nil {
			t.Fatalf("%q becomes %q, %v", number, again, err)
		}
		if (otp.Verify{Primary: number}).Stream() != (otp.Request{Primary: primary, Country: country, Role: otp.RoleWorker}).Stream() {
			t.Fatalf("%q of %s and %q have different ids", primary, country, number)
		}
	})
}

// mobile is a number like those of a country's mobile phones.
func mobile(t *rapid.T, country otp.Country) *phonenumbers.PhoneNumber {
	number := phonenumbers.GetExampleNumberForType(string(country), phonenumbers.MOBILE)
	national := number.GetNationalNumber() - number.GetNationalNumber()%10_000 + rapid.Uint64Range(0, 9999).Draw(t, "end")
	number.NationalNumber = &national
	return number
}

// spelt writes a number in one of the ways that people do.
func spelt(t *rapid.T, country otp.Country, number *phonenumbers.PhoneNumber) string {
	format := rapid.SampledFrom([]phonenumbers.PhoneNumberFormat{
		phonenumbers.E164, phonenumbers.INTERNATIONAL, phonenumbers.NATIONAL,
	}).Draw(t, "format")
	text := phonenumbers.Format(number, format)
	if rapid.Bool().Draw(t, "from elsewhere") {
		text = phonenumbers.FormatOutOfCountryCallingNumber(number, string(country))
	}
	return rapid.SampledFrom([]string{"", " ", "\t"}).Draw(t, "before") +
		strings.ReplaceAll(text, " ", rapid.SampledFrom([]string{"", " ", "-", "."}).Draw(t, "between"))
}

func TestAllSpellingsOfAPhoneNumberAreOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		country := rapid.SampledFrom(otp.Countries).Draw(t, "country")
		number := mobile(t, country)
		primary := spelt(t, country, number)
		if got, err := sentTo(country, primary); got != phonenumbers.Format(number, phonenumbers.E164) || err != nil {
			t.Fatalf("%q of %s becomes %q, %v", primary, country, got, err)
		}
	})
}
