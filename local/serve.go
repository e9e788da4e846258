package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/apidoc"
	"github.com/foldstream/foldstream/handler"
)

// stopping is how long requests may take to end when the server stops.
const stopping = 10 * time.Second

// Listen takes the system's address, below which its tokens' issuer is found.
func (s *System) Listen(ctx context.Context) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", s.Address, err)
	}
	s.Authority.Issuer = "http://" + listener.Addr().String()
	return listener, nil
}

// Serve answers requests and moves commits until the context ends, and then stops cleanly: requests that are under way
// are answered first.
func (s *System) Serve(ctx context.Context, listener net.Listener) error {
	routes, err := s.routes()
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: routes, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	working, stopWorking := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWorking()
	var all errgroup.Group
	all.Go(func() error { return s.consume(working) })
	all.Go(func() error {
		<-ctx.Done()
		defer stopWorking()
		ending, cancel := context.WithTimeout(working, stopping)
		defer cancel()
		err := server.Shutdown(ending)
		s.hub.stop()
		return err
	})
	err = server.Serve(listener)
	stop()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, all.Wait())
}

// routes is the whole API: what is declared, what is the system's own, and its description.
func (s *System) routes() (http.Handler, error) {
	g := newGateway(s.Authority)
	for _, d := range s.App.Commands() {
		if !d.IsInternal() {
			command := &handler.Command{Decl: d, Commands: s.Commands, Traces: s.Store, Authority: s.Authority}
			g.route(d.Route, d.Role, command.Handle)
		}
	}
	for _, d := range s.App.Queries() {
		g.route(d.Route, d.Role, (&handler.Query{Decl: d, Views: s.Store, Search: s.Store, World: s.World}).Handle)
	}
	for route, handle := range map[handler.SystemRoute]handler.HTTP{
		handler.GetTrace: handler.Trace(s.Store), handler.GetKeys: handler.Keys(s.Authority),
		handler.Discover: handler.Discovery(s.Authority), handler.GetHealth: handler.Health(s.Store),
	} {
		g.route(route.Route, route.Role, handle)
	}
	catalogue := s.App.Catalogue()
	socket := &handler.WebSocket{
		Authority: s.Authority, Connections: s.Store, Pusher: s.hub, Store: s.Store, Streams: catalogue.Streams, Events: catalogue.EventsNamed,
		World: s.World,
	}
	s.hub.handle = socket.Handle
	g.mux.Handle("GET /ws", s.hub)
	return g, s.describe(g)
}

// describe serves the API's description, and the page that shows it.
func (s *System) describe(g *gateway) error {
	openAPI, err := apidoc.OpenAPI(s.App)
	if err != nil {
		return fmt.Errorf("describe the API: %w", err)
	}
	asyncAPI, err := apidoc.AsyncAPI(s.App)
	if err != nil {
		return fmt.Errorf("describe the WebSocket API: %w", err)
	}
	g.mux.HandleFunc("GET /openapi.json", serveJSON(openAPI))
	g.mux.HandleFunc("GET /asyncapi.json", serveJSON(asyncAPI))
	site := http.StripPrefix("/docs/", http.FileServerFS(apidoc.Files()))
	g.mux.HandleFunc("GET /docs/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "frame-ancestors 'none'") // the page says the rest itself
		site.ServeHTTP(w, r)
	})
	g.mux.Handle("GET /{$}", http.RedirectHandler("/docs/", http.StatusFound))
	return nil
}

func serveJSON(text []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text) // a client that has gone is no error
	}
}
