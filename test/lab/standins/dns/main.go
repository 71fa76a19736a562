// Stand-in for CoreDNS, under its image name. Answers A queries for Services in cluster.local, forwards the
// rest to the first nameserver of /etc/resolv.conf, and serves /health (:8080), /ready (:8181) and /metrics (:9153).
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"kubeadm-lab/standins/kubeapi"
)

const (
	zone          = ".cluster.local"
	refreshEvery  = 2 * time.Second
	headerLength  = 12
	typeA         = 1
	rcodeNXDomain = 3
)

// services maps "name.namespace" to a cluster address; nil until the API server has answered once.
type services struct {
	sync.RWMutex
	addresses map[string]net.IP
}

func main() {
	log.Println("STAND-IN for CoreDNS: a small program of the lab's own, not CoreDNS")
	known := &services{}
	serve := func(address, path string, handler http.HandlerFunc) {
		mux := http.NewServeMux()
		mux.HandleFunc(path, handler)
		go func() { log.Fatal(http.ListenAndServe(address, mux)) }()
	}
	serve(":8080", "/health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "OK") })
	serve(":9153", "/metrics", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "lab_dns_standin 1") })
	serve(":8181", "/ready", func(w http.ResponseWriter, _ *http.Request) {
		if !known.loaded() {
			http.Error(w, "the API server has not answered yet", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, "OK")
	})
	client, err := kubeapi.InCluster()
	if err != nil {
		log.Fatal(err)
	}
	go known.refresh(client)
	go serveTCP(known)
	serveUDP(known)
}

func (s *services) loaded() bool {
	s.RLock()
	defer s.RUnlock()
	return s.addresses != nil
}

// lookup gives the address of a Service, nil for a name that does not exist.
func (s *services) lookup(name string) net.IP {
	parts := strings.Split(strings.TrimSuffix(name, zone), ".")
	if len(parts) != 3 || parts[2] != "svc" {
		return nil
	}
	s.RLock()
	defer s.RUnlock()
	return s.addresses[parts[0]+"."+parts[1]]
}

func (s *services) refresh(client *kubeapi.Client) {
	for ; ; time.Sleep(refreshEvery) {
		list, err := client.Services()
		if err != nil {
			log.Println(err)
			continue
		}
		addresses := map[string]net.IP{}
		for _, service := range list {
			if ip := net.ParseIP(service.Spec.ClusterIP).To4(); ip != nil {
				addresses[service.Metadata.Name+"."+service.Metadata.Namespace] = ip
			}
		}
		s.Lock()
		s.addresses = addresses
		s.Unlock()
	}
}

func serveUDP(known *services) {
	connection, err := net.ListenPacket("udp", ":53")
	if err != nil {
		log.Fatal(err)
	}
	for {
		packet := make([]byte, 4096)
		length, peer, err := connection.ReadFrom(packet)
		if err != nil {
			continue
		}
		go func() {
			if answer := answer(known, packet[:length]); answer != nil {
				connection.WriteTo(answer, peer)
			}
		}()
	}
}

func serveTCP(known *services) {
	listener, err := net.Listen("tcp", ":53")
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			continue
		}
		go func() {
			defer connection.Close()
			connection.SetDeadline(time.Now().Add(5 * time.Second))
			var length uint16 // a message is preceded by its length on TCP, RFC 1035 section 4.2.2
			if binary.Read(connection, binary.BigEndian, &length) != nil {
				return
			}
			query := make([]byte, length)
			if _, err := io.ReadFull(connection, query); err != nil {
				return
			}
			if answer := answer(known, query); answer != nil {
				binary.Write(connection, binary.BigEndian, uint16(len(answer)))
				connection.Write(answer)
			}
		}()
	}
}

// answer is the response to a query, nil for a packet that is none.
func answer(known *services, query []byte) []byte {
	name, end := question(query)
	if end == 0 {
		return nil
	}
	if !strings.HasSuffix(name, zone) {
		return forward(query)
	}
	response := append([]byte(nil), query[:end]...)
	copy(response[2:headerLength], []byte{0x85, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}) // authoritative, one question
	ip := known.lookup(name)
	if ip == nil {
		response[3] |= rcodeNXDomain
		return response
	}
	if binary.BigEndian.Uint16(query[end-4:]) == typeA {
		response[7] = 1
		response = append(response, 0xc0, headerLength, 0, typeA, 0, 1, 0, 0, 0, 5, 0, 4) // kept for 5 s
		response = append(response, ip...)
	}
	return response
}

// question reads the name that a query asks for, and where the question ends; 0 for a malformed packet.
func question(query []byte) (string, int) {
	var labels []string
	for i := headerLength; i < len(query); {
		length := int(query[i])
		i++
		if length == 0 {
			if i+4 > len(query) {
				return "", 0
			}
			return strings.ToLower(strings.Join(labels, ".")), i + 4
		}
		if length > 63 || i+length > len(query) {
			return "", 0
		}
		labels = append(labels, string(query[i:i+length]))
		i += length
	}
	return "", 0
}

func forward(query []byte) []byte {
	connection, err := net.Dial("udp", upstream())
	if err != nil {
		return nil
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(3 * time.Second))
	connection.Write(query)
	response := make([]byte, 4096)
	length, err := connection.Read(response)
	if err != nil {
		return nil
	}
	return response[:length]
}

func upstream() string {
	content, _ := os.ReadFile("/etc/resolv.conf")
	for _, line := range strings.Split(string(content), "\n") {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "nameserver" {
			return net.JoinHostPort(fields[1], "53")
		}
	}
	return ""
}
