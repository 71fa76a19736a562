// Stand-in for cri-tools' crictl: what kubeadm 1.20 calls (info, pods, stopp, rmp, pull, inspecti) and a few
// commands for people. It is compiled inside Kubernetes' source tree, over that tree's CRI v1alpha2 client.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	internalapi "k8s.io/cri-api/pkg/apis"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1alpha2"
	"k8s.io/kubernetes/pkg/kubelet/cri/remote"
)

const (
	version         = "1.20.0-standin"
	defaultEndpoint = "unix:///run/containerd/containerd.sock"
	timeout         = 5 * time.Minute
)

// options are those of every subcommand; the real program knows more.
type options struct {
	quiet, all, force bool
	name, output      string
	tail              int
}

// client is a connection to the container runtime.
type client struct {
	runtime internalapi.RuntimeService
	images  internalapi.ImageManagerService
	options options
	failed  bool
}

func main() {
	endpoint := os.Getenv("CONTAINER_RUNTIME_ENDPOINT")
	if endpoint == "" {
		endpoint = configuredEndpoint("/etc/crictl.yaml")
	}
	flag.StringVar(&endpoint, "r", endpoint, "runtime endpoint")
	flag.StringVar(&endpoint, "runtime-endpoint", endpoint, "runtime endpoint")
	showVersion := flag.Bool("version", false, "show the version")
	flag.Parse()
	if *showVersion {
		fmt.Println("crictl version " + version)
		return
	}
	if flag.NArg() == 0 {
		die("stand-in for crictl: info version pods ps images pull inspecti inspectp inspect logs stopp rmp stop rm rmi")
	}
	if !strings.Contains(endpoint, "://") {
		endpoint = "unix://" + endpoint
	}
	command := flag.Arg(0)
	parsed, arguments := parseOptions(command, flag.Args()[1:])
	runtime, err := remote.NewRemoteRuntimeService(endpoint, timeout)
	check(err)
	images, err := remote.NewRemoteImageService(endpoint, timeout)
	check(err)
	c := &client{runtime: runtime, images: images, options: parsed}
	c.perform(command, arguments)
	if c.failed {
		os.Exit(1)
	}
}

func parseOptions(command string, arguments []string) (options, []string) {
	var o options
	set := flag.NewFlagSet(command, flag.ExitOnError)
	for _, name := range []string{"q", "quiet"} {
		set.BoolVar(&o.quiet, name, false, "only ids")
	}
	for _, name := range []string{"a", "all"} {
		set.BoolVar(&o.all, name, false, "stopped containers too")
	}
	for _, name := range []string{"f", "force"} {
		set.BoolVar(&o.force, name, false, "stop before removing")
	}
	for _, name := range []string{"o", "output"} {
		set.StringVar(&o.output, name, "table", "table or json")
	}
	set.StringVar(&o.name, "name", "", "part of a name")
	set.IntVar(&o.tail, "tail", -1, "last lines of a log")
	set.Parse(arguments)
	return o, set.Args()
}

func (c *client) perform(command string, ids []string) {
	switch command {
	case "info":
		status, err := c.runtime.Status()
		check(err)
		printJSON(map[string]interface{}{"status": status})
	case "version":
		v, err := c.runtime.Version("")
		check(err)
		fmt.Printf("Version:  %s\nRuntimeName:  %s\nRuntimeVersion:  %s\nRuntimeApiVersion:  %s\n",
			v.Version, v.RuntimeName, v.RuntimeVersion, v.RuntimeApiVersion)
	case "pods":
		c.listPods()
	case "ps":
		c.listContainers()
	case "images", "image":
		c.listImages()
	case "logs":
		for _, id := range ids {
			c.printLog(id)
		}
	case "pull":
		c.each(command, ids, func(image string) error {
			_, err := c.images.PullImage(&cri.ImageSpec{Image: image}, nil, nil)
			return err
		})
	case "inspecti":
		for _, image := range ids {
			status, err := c.images.ImageStatus(&cri.ImageSpec{Image: image})
			check(err)
			if status == nil {
				die("no such image %q present", image)
			}
			printJSON(map[string]interface{}{"status": status})
		}
	case "inspectp":
		for _, id := range ids {
			status, err := c.runtime.PodSandboxStatus(c.podID(id))
			check(err)
			printJSON(map[string]interface{}{"status": status})
		}
	case "inspect":
		for _, id := range ids {
			status, err := c.runtime.ContainerStatus(c.containerID(id))
			check(err)
			printJSON(map[string]interface{}{"status": status})
		}
	case "stopp":
		c.each(command, ids, func(id string) error { return c.runtime.StopPodSandbox(c.podID(id)) })
	case "rmp":
		c.each(command, ids, func(id string) error {
			pod := c.podID(id)
			if c.options.force {
				if err := c.runtime.StopPodSandbox(pod); err != nil {
					return err
				}
			}
			return c.runtime.RemovePodSandbox(pod)
		})
	case "stop":
		c.each(command, ids, func(id string) error { return c.runtime.StopContainer(c.containerID(id), 10) })
	case "rm":
		c.each(command, ids, func(id string) error { return c.runtime.RemoveContainer(c.containerID(id)) })
	case "rmi":
		c.each(command, ids, func(image string) error { return c.images.RemoveImage(&cri.ImageSpec{Image: image}) })
	default:
		die("the stand-in for crictl has no command %q", command)
	}
}

// each does the same to every id, and goes on after a failure as the real program does.
func (c *client) each(command string, ids []string, do func(id string) error) {
	for _, id := range ids {
		if err := do(id); err != nil {
			fmt.Fprintf(os.Stderr, "%s %q: %v\n", command, id, err)
			c.failed = true
		} else {
			fmt.Println(id)
		}
	}
}

func (c *client) listPods() {
	pods, err := c.runtime.ListPodSandbox(nil)
	check(err)
	if c.options.output == "json" {
		printJSON(map[string]interface{}{"items": pods})
		return
	}
	const row = "%-15s %-22s %-10s %-42s %s\n"
	if !c.options.quiet {
		fmt.Printf(row, "POD ID", "CREATED", "STATE", "NAME", "NAMESPACE")
	}
	for _, pod := range pods {
		if c.options.quiet {
			fmt.Println(pod.Id)
			continue
		}
		state := strings.TrimPrefix(pod.State.String(), "SANDBOX_")
		fmt.Printf(row, short(pod.Id), since(pod.CreatedAt), state, pod.Metadata.Name, pod.Metadata.Namespace)
	}
}

func (c *client) listContainers() {
	filter := &cri.ContainerFilter{}
	if !c.options.all {
		filter.State = &cri.ContainerStateValue{State: cri.ContainerState_CONTAINER_RUNNING}
	}
	listed, err := c.runtime.ListContainers(filter)
	check(err)
	var containers []*cri.Container
	for _, container := range listed {
		if strings.Contains(container.Metadata.Name, c.options.name) {
			containers = append(containers, container)
		}
	}
	if c.options.output == "json" {
		printJSON(map[string]interface{}{"containers": containers})
		return
	}
	const row = "%-15s %-22s %-10s %-26s %-8v %s\n"
	if !c.options.quiet {
		fmt.Printf(row, "CONTAINER", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID")
	}
	for _, container := range containers {
		if c.options.quiet {
			fmt.Println(container.Id)
			continue
		}
		state := strings.TrimPrefix(container.State.String(), "CONTAINER_")
		fmt.Printf(row, short(container.Id), since(container.CreatedAt), state, container.Metadata.Name,
			container.Metadata.Attempt, short(container.PodSandboxId))
	}
}

func (c *client) listImages() {
	images, err := c.images.ListImages(nil)
	check(err)
	if c.options.output == "json" {
		printJSON(map[string]interface{}{"images": images})
		return
	}
	for _, image := range images {
		if c.options.quiet {
			fmt.Println(image.Id)
			continue
		}
		for _, tag := range image.RepoTags {
			fmt.Printf("%-60s %-14s %8.1fMB\n", tag, short(strings.TrimPrefix(image.Id, "sha256:")), float64(image.Size_)/1e6)
		}
	}
}

// printLog shows a container's log without the time, stream and tag that the runtime puts before each line.
func (c *client) printLog(id string) {
	status, err := c.runtime.ContainerStatus(c.containerID(id))
	check(err)
	file, err := os.Open(status.LogPath)
	check(err)
	defer file.Close()
	var lines []string
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		fields := strings.SplitN(scanner.Text(), " ", 4)
		lines = append(lines, fields[len(fields)-1])
	}
	if tail := c.options.tail; tail >= 0 && len(lines) > tail {
		lines = lines[len(lines)-tail:]
	}
	for _, line := range lines {
		fmt.Println(line)
	}
}

// containerID completes the beginning of an id.
func (c *client) containerID(prefix string) string {
	containers, err := c.runtime.ListContainers(nil)
	check(err)
	for _, container := range containers {
		if strings.HasPrefix(container.Id, prefix) {
			return container.Id
		}
	}
	return prefix
}

// podID completes the beginning of an id.
func (c *client) podID(prefix string) string {
	pods, err := c.runtime.ListPodSandbox(nil)
	check(err)
	for _, pod := range pods {
		if strings.HasPrefix(pod.Id, prefix) {
			return pod.Id
		}
	}
	return prefix
}

// configuredEndpoint reads the one line of crictl.yaml that matters here.
func configuredEndpoint(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return defaultEndpoint
	}
	for _, line := range strings.Split(string(content), "\n") {
		name, value, found := strings.Cut(line, ":")
		if found && strings.TrimSpace(name) == "runtime-endpoint" {
			return strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return defaultEndpoint
}

func short(id string) string {
	if len(id) > 13 {
		return id[:13]
	}
	return id
}

func since(nanoseconds int64) string {
	return time.Unix(0, nanoseconds).UTC().Format("2006-01-02T15:04:05")
}

func printJSON(value interface{}) {
	text, err := json.MarshalIndent(value, "", "  ")
	check(err)
	fmt.Println(string(text))
}

func check(err error) {
	if err != nil {
		die("%v", err)
	}
}

func die(format string, values ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}
