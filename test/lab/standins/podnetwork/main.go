// Stand-in for pod network plugins. One program in the images of Flannel, Weave Net, Calico, Cilium and
// kube-router: it takes pods' addresses from where the real plugin takes them, gives each node a bridge by the
// CNI plugins bridge and host-local, and routes between nodes. No overlay, no network policy.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"

	"kubeadm-lab/standins/kubeapi"
)

const refreshEvery = 2 * time.Second

// programs maps the names by which manifests start the real agents to what stands in for them.
var programs = map[string]func() plugin{
	"flanneld":     flannel,
	"launch.sh":    weave,
	"start_runit":  calico,
	"cilium-agent": cilium,
	"kube-router":  kubeRouter,
}

func main() {
	name := filepath.Base(os.Args[0])
	makePlugin, found := programs[name]
	if !found {
		log.Printf("STAND-IN for %s: does nothing, and goes on doing so", name)
		for { // an empty select is a deadlock, which ends the program
			time.Sleep(time.Hour)
		}
	}
	p := makePlugin()
	log.Printf("STAND-IN for %s: a bridge and routes of the lab's own, not %s", p.name, p.name)
	agent := &agent{plugin: p, node: nodeName(), routed: map[string]string{}}
	go agent.serveHealth()
	agent.run()
}

// nodeName is what the manifests tell by the variable that each real agent reads.
func nodeName() string {
	for _, variable := range []string{"NODE_NAME", "NODENAME", "K8S_NODE_NAME", "HOSTNAME"} {
		if name := os.Getenv(variable); name != "" {
			return name
		}
	}
	return ""
}

// agent keeps one node's bridge configuration, routes and firewall rules up to date.
type agent struct {
	plugin
	node string
	// routed maps a node's subnet to the address that it was last routed to.
	routed map[string]string
	ready  atomic.Bool
}

func (a *agent) serveHealth() {
	// Answers every path: probes differ by plugin, the meaning does not.
	handler := func(w http.ResponseWriter, _ *http.Request) {
		if !a.ready.Load() {
			http.Error(w, "stand-in: no pod network yet", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "stand-in: ok")
	}
	log.Fatal(http.ListenAndServe(a.healthAddress, http.HandlerFunc(handler)))
}

func (a *agent) run() {
	last := ""
	for ; ; time.Sleep(refreshEvery) {
		if err := a.refresh(); err != nil {
			if err.Error() != last { // the same trouble every two seconds is worth one line
				log.Println("E", err)
			}
			last = err.Error()
			continue
		}
		last = ""
		a.ready.Store(true)
	}
}

func (a *agent) refresh() error {
	client, err := kubeapi.InCluster()
	if err != nil {
		return err
	}
	network, err := a.network(client)
	if err != nil {
		return err
	}
	nodes, err := client.Nodes()
	if err != nil {
		return err
	}
	wanted := map[string]string{}
	for _, node := range nodes {
		subnet, err := a.subnet(network, node)
		if node.Metadata.Name != a.node {
			if address := node.InternalIP(); err == nil && address != nil {
				wanted[subnet.String()] = address.String()
			}
			continue // another node without a subnet is that node's trouble
		}
		if err != nil {
			return err
		}
		if err := a.writeConfiguration(subnet); err != nil {
			return err
		}
	}
	if err := a.route(wanted); err != nil {
		return err
	}
	return allowForwarding(network)
}

// route makes the kernel's routes match `wanted`, a map of subnets to the nodes' addresses.
func (a *agent) route(wanted map[string]string) error {
	for subnet, address := range wanted {
		if a.routed[subnet] == address {
			continue
		}
		if err := command("ip", "route", "replace", subnet, "via", address); err != nil {
			return err
		}
		log.Printf("route to %s by %s", subnet, address)
		a.routed[subnet] = address
	}
	for subnet := range a.routed {
		if _, stays := wanted[subnet]; !stays {
			command("ip", "route", "del", subnet) // may be gone already
			delete(a.routed, subnet)
		}
	}
	return nil
}

// allowForwarding lets pods' packets pass a firewall that forwards nothing, and hides pods behind the
// node's address when they speak to what is outside the pod network.
func allowForwarding(network *net.IPNet) error {
	pods := network.String()
	rules := [][]string{
		{"-t", "nat", "POSTROUTING", "-s", pods, "!", "-d", pods, "-j", "MASQUERADE"},
		{"-t", "filter", "FORWARD", "-s", pods, "-j", "ACCEPT"},
		{"-t", "filter", "FORWARD", "-d", pods, "-j", "ACCEPT"},
	}
	for _, rule := range rules {
		with := func(action string) []string {
			return append([]string{"-w", rule[0], rule[1], action}, rule[2:]...)
		}
		if command("iptables", with("-C")...) == nil {
			continue
		}
		if err := command("iptables", with("-A")...); err != nil {
			return err
		}
	}
	return nil
}

func command(name string, arguments ...string) error {
	output, err := exec.Command(name, arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %v: %v: %s", name, arguments, err, output)
	}
	return nil
}
