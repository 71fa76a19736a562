import {
  decimal,
  durationOrNumber,
  field,
  type Fields,
  type FieldType,
  fieldsOf,
  flag,
  listOf,
  oneOfTexts,
  quantity,
  text,
  wholeNumber,
} from "./fieldType.ts";

// What several components' documents have. Sources: kubernetes/kubernetes, staging/src/k8s.io/component-base/
// config/v1alpha1/types.go, logs/api/v1/types.go and tracing/api/v1/types.go; k8s.io/api/core/v1 for taints.

/** k8s.io/api/core/v1.Taint */
export const taint: FieldType = fieldsOf({
  key: field(text, "Key of the taint.", { isRequired: true }),
  value: field(text, "Value that belongs to the key."),
  effect: field(
    oneOfTexts("NoSchedule", "PreferNoSchedule", "NoExecute"),
    "What happens to pods that do not tolerate the taint.",
    { isRequired: true },
  ),
  timeAdded: field(text, "When the taint was added; written by Kubernetes."),
});

/** logs/api/v1.LoggingConfiguration */
export const logging: FieldType = fieldsOf({
  format: field(oneOfTexts("text", "json"), "How log lines look. Default: text."),
  flushFrequency: field(durationOrNumber, "How often logs are flushed, such as 5s."),
  verbosity: field(wholeNumber, "How much is logged; 0 is the least."),
  vmodule: field(
    listOf(
      fieldsOf({
        filePattern: field(text, "Name of a source file without .go, or a pattern of such names.", {
          isRequired: true,
        }),
        verbosity: field(wholeNumber, "How much these files log."),
      }),
    ),
    "Verbosity of single source files; only in the text format.",
  ),
  options: field(
    fieldsOf({
      text: field(fieldsOf(outputOptions()), "Options of the text format."),
      json: field(fieldsOf(outputOptions()), "Options of the json format."),
    }),
    "Options of each format; behind a feature gate.",
  ),
  sanitization: field(flag, "Keeps secrets out of the log.", { until: 23 }),
});

function outputOptions(): Fields {
  return {
    splitStream: field(flag, "Errors go to stderr, the rest to stdout."),
    infoBufferSize: field(quantity, "Buffer of the stdout stream. Default: 0, no buffer."),
  };
}

/** component-base/config/v1alpha1.ClientConnectionConfiguration */
export const clientConnection: FieldType = fieldsOf({
  kubeconfig: field(text, "Path of a kubeconfig; kubeadm sets it."),
  acceptContentTypes: field(text, "Accept header of requests. Default: application/json."),
  contentType: field(text, "Content type of requests."),
  qps: field(decimal, "Requests a second to the API server."),
  burst: field(wholeNumber, "Requests beyond qps for a moment."),
});

/** component-base/tracing/api/v1.TracingConfiguration */
export const tracing: FieldType = fieldsOf({
  endpoint: field(text, "Collector that traces are sent to. Default: localhost:4317."),
  samplingRatePerMillion: field(wholeNumber, "How many of a million requests are traced. Default: 0."),
});
