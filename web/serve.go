package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// index is the file that stands for its folder.
const index = "index.html"

// Address is where a file is found below the site's root: a folder's index at the folder itself, with its slash.
func Address(file string) string {
	if file == index {
		return file // a root has no name of its own
	}
	if folder, ok := strings.CutSuffix(file, "/"+index); ok {
		return folder + "/"
	}
	return file
}

// Routes are the handlers of all files, by pattern. They answer as CloudFront does, with a [Config.Policy] for the pages.
func (s Site) Routes(policy string) map[string]http.Handler {
	routes := map[string]http.Handler{}
	for file, text := range s {
		serve := serveFile(file, text, policy)
		switch address := Address(file); {
		case file == index:
			routes["GET /{$}"] = serve
		case strings.HasSuffix(address, "/"):
			routes["GET /"+address+"{$}"] = serve
		default:
			routes["GET /"+address] = serve
		}
	}
	return routes
}

func serveFile(file string, text []byte, policy string) http.Handler {
	sum := sha256.Sum256(text)
	headers := map[string]string{
		"Content-Type": ContentType(file), "Cache-Control": CacheControl(file), "ETag": `"` + hex.EncodeToString(sum[:8]) + `"`,
		"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer",
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		http.ServeContent(w, r, file, time.Time{}, bytes.NewReader(text))
	})
}
