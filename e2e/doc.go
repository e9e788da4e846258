// Package e2e holds the end-to-end tests: they play through the public API as any client would, over real HTTP and
// WebSocket connections. They run against a server of their own, or against the system that the environment names:
//
//	FOLDSTREAM_URL       its HTTP API; it may have a path
//	FOLDSTREAM_STAGE     its stage, if it is deployed: to appoint admins, and to read what it posts
//	FOLDSTREAM_DATA      its folder, if it is a server on this machine, for the same
//	FOLDSTREAM_OUTBOX    where it posts mails and texts, if elsewhere: a folder, or dynamodb:TABLE
//	FOLDSTREAM_WS_URL    its WebSocket, if not where it says
//	FOLDSTREAM_ISSUER    where its token authority answers, if not where it says
//	FOLDSTREAM_PATIENCE  how long to wait for what it brings about; 20s, or 2m elsewhere
//
// Tests that need the server's own process do not run elsewhere. Which ones, and why, is listed at the end.
package e2e
