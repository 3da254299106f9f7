//go:build tools

// Package tools names the commands to build, so that `go mod tidy` keeps what they need.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
