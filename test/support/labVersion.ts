import { get } from "node:http";
import type { Lab } from "../lab/startLab.ts";

/** The newest Kubernetes version that the lab serves, such as "1.20.2": what dl.k8s.io answers inside it. */
export async function labVersion(lab: Pick<Lab, "hubAddress">): Promise<string> {
  const options = { host: lab.hubAddress, path: "/release/stable.txt", headers: { Host: "dl.k8s.io" } };
  const text = await new Promise<string>((resolve, reject) => {
    get(options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => resolve(body));
    }).on("error", reject);
  });
  const version = /^v(\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (version === undefined) {
    throw new Error(`dl.k8s.io in the lab answered ${JSON.stringify(text)}`);
  }
  return version;
}
