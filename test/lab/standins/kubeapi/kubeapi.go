// Package kubeapi reads from the API server of the cluster that a pod runs in: the few fields that stand-ins need.
package kubeapi

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

const credentials = "/var/run/secrets/kubernetes.io/serviceaccount/"

// Client speaks with the rights of the pod's service account.
type Client struct {
	base string
	http *http.Client
}

type Metadata struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

// Node is a Kubernetes Node, as far as routes need it.
type Node struct {
	Metadata Metadata `json:"metadata"`
	Spec     struct {
		PodCIDR string `json:"podCIDR"`
	} `json:"spec"`
	Status struct {
		Addresses []struct {
			Type    string `json:"type"`
			Address string `json:"address"`
		} `json:"addresses"`
	} `json:"status"`
}

// InternalIP is the address by which other nodes reach this one, or nil.
func (n Node) InternalIP() net.IP {
	for _, address := range n.Status.Addresses {
		if ip := net.ParseIP(address.Address).To4(); address.Type == "InternalIP" && ip != nil {
			return ip
		}
	}
	return nil
}

// Service is a Kubernetes Service, as far as names need it.
type Service struct {
	Metadata Metadata `json:"metadata"`
	Spec     struct {
		ClusterIP string `json:"clusterIP"`
	} `json:"spec"`
}

// InCluster makes a client from what the kubelet gives every pod.
func InCluster() (*Client, error) {
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return nil, fmt.Errorf("not inside a cluster: KUBERNETES_SERVICE_HOST and _PORT are not set")
	}
	authority, err := os.ReadFile(credentials + "ca.crt")
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	return &Client{
		base: "https://" + net.JoinHostPort(host, port),
		http: &http.Client{Transport: transport, Timeout: 10 * time.Second},
	}, nil
}

// Nodes lists all nodes.
func (c *Client) Nodes() ([]Node, error) {
	var list struct {
		Items []Node `json:"items"`
	}
	err := c.get("/api/v1/nodes", &list)
	return list.Items, err
}

// Services lists the Services of all namespaces.
func (c *Client) Services() ([]Service, error) {
	var list struct {
		Items []Service `json:"items"`
	}
	err := c.get("/api/v1/services", &list)
	return list.Items, err
}

// ConfigMap gives the data of one ConfigMap.
func (c *Client) ConfigMap(namespace, name string) (map[string]string, error) {
	var configMap struct {
		Data map[string]string `json:"data"`
	}
	err := c.get("/api/v1/namespaces/"+namespace+"/configmaps/"+name, &configMap)
	return configMap.Data, err
}

func (c *Client) get(path string, into interface{}) error {
	token, err := os.ReadFile(credentials + "token") // read anew: the kubelet renews it
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+string(token))
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 300))
		return fmt.Errorf("GET %s: %s %s", path, response.Status, text)
	}
	return json.NewDecoder(response.Body).Decode(into)
}
