package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/foldstream/foldstream/web"
)

// watch serves the pages as the source has them at each load, and everything else from the server at api.
func watch(address, api string) error {
	target, err := url.Parse(api)
	if err != nil {
		return fmt.Errorf("read the API's address: %w", err)
	}
	behind := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // which a WebSocket's origin is compared with
	}}
	slog.Info("pages", "url", "http://"+address, "api", api)
	server := &http.Server{Addr: address, Handler: pagesBefore(behind), ReadHeaderTimeout: 10 * time.Second}
	return server.ListenAndServe()
}

func pagesBefore(behind http.Handler) http.Handler {
	var built atomic.Pointer[map[string][]byte] // a browser asks for several files at once
	built.Store(&map[string][]byte{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		if name == "" {
			name = "index.html"
			files, err := Pages(".")
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			built.Store(&files)
		}
		text, ok := (*built.Load())[name]
		if !ok {
			behind.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", web.ContentType(name))
		w.Header().Set("Content-Security-Policy", web.Policy())
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(text) // a browser that has gone is no error
	})
}
