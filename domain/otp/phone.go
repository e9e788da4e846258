package otp

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"github.com/foldstream/foldstream/es"
)

// nowhere is the region of numbers that have to say their own.
const nowhere = "ZZ"

// normalPhone gives a number in E.164. It must be a valid one of the country, and one that texts can be sent to.
func normalPhone(country Country, phone string) (string, error) {
	invalid := es.Invalid("primary", "this is not a phone number; write it with its + and country code if in doubt")
	// The parser takes prose, words to be dialled and extensions too.
	if strings.ContainsFunc(phone, unicode.IsLetter) {
		return "", invalid
	}
	region := string(country)
	if country == "" {
		region = nowhere
	}
	number, err := phonenumbers.Parse(phone, region)
	if err != nil || number.GetExtension() != "" {
		return "", invalid
	}
	if country == "" {
		country = Country(phonenumbers.GetRegionCodeForNumber(number))
		if country.check() != nil {
			return "", es.Invalid("primary", "this is not a phone number of any of the countries")
		}
	}
	if !phonenumbers.IsValidNumberForRegion(number, string(country)) {
		return "", es.Invalid("primary", "this is not a phone number of %s", country)
	}
	switch phonenumbers.GetNumberType(number) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return phonenumbers.Format(number, phonenumbers.E164), nil
	default:
		return "", es.Invalid("primary", "this is not the number of a mobile phone")
	}
}
