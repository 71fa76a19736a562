package main

import (
	"encoding/json"
	"log"
	"net"
	"os"
	"path/filepath"
)

const configurationFolder = "/etc/cni/net.d"

type object = map[string]interface{}

// writeConfiguration tells the container runtime how to attach this node's pods. Written only when it changes,
// and whole at once: the runtime watches the folder.
func (a *agent) writeConfiguration(subnet *net.IPNet) error {
	configuration := object{
		"cniVersion": "0.4.0",
		"name":       "kubeadm-lab-standin",
		"plugins": []object{
			{
				"type": "bridge", "bridge": a.bridge, "isGateway": true, "isDefaultGateway": true,
				"ipMasq": false, "hairpinMode": true,
				"ipam": object{"type": "host-local", "ranges": [][]object{{{"subnet": subnet.String()}}}},
			},
			{"type": "portmap", "capabilities": object{"portMappings": true}},
		},
	}
	content, err := json.MarshalIndent(configuration, "", "  ")
	if err != nil {
		return err
	}
	file := filepath.Join(configurationFolder, a.configuration)
	if existing, err := os.ReadFile(file); err == nil && string(existing) == string(content) {
		return nil
	}
	unfinished := filepath.Join(configurationFolder, "."+a.configuration)
	if err := os.WriteFile(unfinished, content, 0o644); err != nil {
		return err
	}
	if err := os.Rename(unfinished, file); err != nil {
		return err
	}
	log.Printf("pods of this node get %s", subnet)
	return nil
}
