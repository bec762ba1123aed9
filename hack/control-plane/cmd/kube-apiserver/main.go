// Command kube-apiserver is Kubernetes' own API server.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	// The registers of metrics are imported for their side effect, as the original main does:
	// without them /metrics lacks the request counts of the server's own client.
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
