//go:build tools

// Package tools names what is built: see scripts/lib/go_servers.mjs.
package tools

import _ "github.com/bluenviron/mediamtx"
