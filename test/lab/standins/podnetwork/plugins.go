package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"

	"kubeadm-lab/standins/kubeapi"
)

// plugin says what differs between the plugins that this program stands in for.
type plugin struct {
	name string
	// bridge is the interface that pods hang on, as the real plugin calls its own where it has one.
	bridge string
	// configuration is the file that the plugin leaves in /etc/cni/net.d.
	configuration string
	// healthAddress is where the real plugin answers probes.
	healthAddress string
	// network finds the range of all pods where the real plugin looks for it.
	network func(*kubeapi.Client) (*net.IPNet, error)
	// subnet is the part of the range that one node's pods get.
	subnet func(network *net.IPNet, node kubeapi.Node) (*net.IPNet, error)
}

// Flannel takes net-conf.json's Network and the node's podCIDR (--kube-subnet-mgr).
func flannel() plugin {
	return plugin{
		name: "Flannel", bridge: "cni0", configuration: "10-flannel.conflist", healthAddress: ":8081",
		network: func(*kubeapi.Client) (*net.IPNet, error) {
			content, err := os.ReadFile("/etc/kube-flannel/net-conf.json")
			if err != nil {
				return nil, err
			}
			var configuration struct{ Network string }
			if err := json.Unmarshal(content, &configuration); err != nil {
				return nil, err
			}
			return parseRange(configuration.Network)
		},
		subnet: func(network *net.IPNet, node kubeapi.Node) (*net.IPNet, error) {
			subnet, err := podCIDR(network, node)
			if err == nil && !network.Contains(subnet.IP) {
				return nil, fmt.Errorf("subnet %q specified in the flannel net config doesn't contain %q PodCIDR of the %q node",
					network, subnet, node.Metadata.Name)
			}
			return subnet, err
		},
	}
}

// kube-router takes the node's podCIDR; it knows no range of its own.
func kubeRouter() plugin {
	return plugin{
		name: "kube-router", bridge: "kube-bridge", configuration: "10-kuberouter.conflist", healthAddress: ":20244",
		network: func(client *kubeapi.Client) (*net.IPNet, error) { return podSubnet(client) },
		subnet:  podCIDR,
	}
}

// Weave Net takes IPALLOC_RANGE and ignores podCIDR.
func weave() plugin {
	return plugin{
		name: "Weave Net", bridge: "weave", configuration: "10-weave.conflist", healthAddress: "127.0.0.1:6784",
		network: func(*kubeapi.Client) (*net.IPNet, error) {
			return parseRange(environment("IPALLOC_RANGE", "10.32.0.0/12"))
		},
		subnet: subnetByAddress(24),
	}
}

// Calico takes CALICO_IPV4POOL_CIDR, else kubeadm's podSubnet, else its default; blocks are /26.
func calico() plugin {
	return plugin{
		name: "Calico", bridge: "cali0", configuration: "10-calico.conflist", healthAddress: "127.0.0.1:9099",
		network: func(client *kubeapi.Client) (*net.IPNet, error) {
			if pool := os.Getenv("CALICO_IPV4POOL_CIDR"); pool != "" {
				return parseRange(pool)
			}
			if network, err := podSubnet(client); err == nil {
				return network, nil
			}
			return parseRange("192.168.0.0/16")
		},
		subnet: subnetByAddress(26),
	}
}

// Cilium takes cluster-pool-ipv4-cidr, or the node's podCIDR when its IPAM is "kubernetes".
func cilium() plugin {
	setting := func(name, otherwise string) string {
		content, err := os.ReadFile("/tmp/cilium/config-map/" + name)
		if err != nil || len(content) == 0 {
			return otherwise
		}
		return string(content)
	}
	p := plugin{name: "Cilium", bridge: "cilium_host", configuration: "05-cilium.conflist", healthAddress: "127.0.0.1:9879"}
	if setting("ipam", "cluster-pool") == "kubernetes" {
		p.network = podSubnet
		p.subnet = podCIDR
		return p
	}
	p.network = func(*kubeapi.Client) (*net.IPNet, error) {
		return parseRange(setting("cluster-pool-ipv4-cidr", "10.0.0.0/8"))
	}
	bits, err := strconv.Atoi(setting("cluster-pool-ipv4-mask-size", "24"))
	if err != nil {
		bits = 24
	}
	p.subnet = subnetByAddress(bits)
	return p
}

// podCIDR is the subnet that the controller manager gave the node.
func podCIDR(_ *net.IPNet, node kubeapi.Node) (*net.IPNet, error) {
	if node.Spec.PodCIDR == "" {
		return nil, fmt.Errorf("node %q pod cidr not assigned", node.Metadata.Name)
	}
	return parseRange(node.Spec.PodCIDR)
}

var podSubnetLine = regexp.MustCompile(`(?m)^\s*podSubnet:\s*"?([0-9./]+)`)

// podSubnet is what kubeadm was told at init.
func podSubnet(client *kubeapi.Client) (*net.IPNet, error) {
	data, err := client.ConfigMap("kube-system", "kubeadm-config")
	if err != nil {
		return nil, err
	}
	match := podSubnetLine.FindStringSubmatch(data["ClusterConfiguration"])
	if match == nil {
		return nil, fmt.Errorf("kubeadm-config has no podSubnet")
	}
	return parseRange(match[1])
}

// subnetByAddress gives every node a subnet of the range by the last byte of its address. The real plugins
// agree among themselves instead; this needs no state and is the same after each restart.
func subnetByAddress(bits int) func(*net.IPNet, kubeapi.Node) (*net.IPNet, error) {
	return func(network *net.IPNet, node kubeapi.Node) (*net.IPNet, error) {
		address := node.InternalIP()
		if address == nil {
			return nil, fmt.Errorf("node %q has no IPv4 address", node.Metadata.Name)
		}
		size, _ := network.Mask.Size()
		if bits <= size {
			return nil, fmt.Errorf("%s is too small for subnets of /%d", network, bits)
		}
		index := uint32(address[3]) % (1 << (bits - size))
		first := binary.BigEndian.Uint32(network.IP.To4()) + index<<(32-bits)
		ip := make(net.IP, 4)
		binary.BigEndian.PutUint32(ip, first)
		return &net.IPNet{IP: ip, Mask: net.CIDRMask(bits, 32)}, nil
	}
}

func parseRange(text string) (*net.IPNet, error) {
	_, network, err := net.ParseCIDR(text)
	return network, err
}

func environment(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
