package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/web"
)

// stopping is how long requests may take to end when the server stops.
const stopping = 10 * time.Second

// Listen takes the system's address, below which its tokens' issuer is found.
func (s *System) Listen(ctx context.Context) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", s.Address, err)
	}
	if s.Authority != nil {
		s.Authority.Issuer = cmp.Or(s.PublicURL, "http://"+listener.Addr().String())
	}
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
	all.Go(func() error { return s.awaitMove(working) })
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

// routes is the whole API: what is declared, what is the system's own, and the pages.
func (s *System) routes() (http.Handler, error) {
	g := &gateway{mux: http.NewServeMux(), tokens: s.tokens, roles: s.Provider.Roles}
	moving := &handler.Moving{Gate: s.gate}
	for _, d := range s.App.Commands() {
		if !d.IsInternal() {
			command := &handler.Command{Decl: d, Commands: s.Commands, Traces: s.Store, Authority: s.Authority}
			g.route(d.Route, d.Role, moving.Command(command.Handle))
		}
	}
	live := engine.Live{Views: s.Store, Search: s.Store, Turns: s.turns}
	for _, d := range s.App.Queries() {
		query := &handler.Query{Decl: d, Views: live, Search: live, World: s.World}
		g.route(d.Route, d.Role, moving.Query(query.Handle))
	}
	handlers := map[handler.SystemRoute]handler.HTTP{
		handler.GetTrace: moving.Trace(handler.Trace(s.seals.Traces(s.Store))), handler.GetKeys: handler.Keys(s.Authority),
		handler.Discover: handler.Discovery(s.Authority), handler.GetHealth: handler.Health(s.Store),
		handler.GetSystem: handler.System(handler.SystemAnswer{Stage: "local", WebSocketURL: "ws", Issuer: s.issuer(), Search: true}),
	}
	maps.Copy(handlers, s.adminReads())
	maps.Copy(handlers, s.adminJobs())
	for _, route := range handler.SystemRoutesOf(s.App) {
		g.route(route.Route, route.Role, handlers[route])
	}
	socket := &handler.WebSocket{
		Tokens: s.tokens, Roles: s.Provider.Roles, Connections: s.Store, Pusher: s.hub, Store: s.Commands.Store,
		Feed: s.Installation.Log, Catalogue: s.App.Catalogue(), World: s.World,
	}
	s.hub.handle = socket.Handle
	g.mux.Handle("GET /ws", s.socket())
	return g, s.pages(g)
}

// pages serves what browsers get.
func (s *System) pages(g *gateway) error {
	config := web.Config{API: ".", WebSocket: "ws", Issuer: s.issuer()}
	site, err := web.New(s.App, config)
	if err != nil {
		return fmt.Errorf("put the pages together: %w", err)
	}
	for route, handle := range site.Routes(config.Policy()) {
		g.mux.Handle(route, handle)
	}
	return nil
}
