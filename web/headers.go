package web

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".json": "application/json", ".map": "application/json", ".png": "image/png", ".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2",
}

// ContentType is the type of a file by its path; empty for one that has none here.
func ContentType(file string) string { return contentTypes[path.Ext(file)] }

// hashed is how the build names a file after its content.
var hashed = regexp.MustCompile(`-[0-9A-Z]{8}\.[a-z0-9]+(\.map)?$`)

// CacheControl is for how long a file may be used without asking: for ever if its name says what is in it, else not at all.
// So nothing has to be told to caches when a site is replaced.
func CacheControl(file string) string {
	if hashed.MatchString(file) {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

// Policy is the Content-Security-Policy of all pages: they run what is served with them, and talk to their own server and
// to these others, whatever the path.
func Policy(others ...string) string {
	reached := []string{"connect-src", "'self'"}
	for _, other := range others {
		reached = append(reached, origin(other))
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'", "manifest-src 'self'",
		strings.Join(reached, " "),
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")
}

// origin is a URL without its path, which a policy would take for all that is allowed. What is no URL yet, but a reference
// in a template, stays.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return address
	}
	return u.Scheme + "://" + u.Host
}
