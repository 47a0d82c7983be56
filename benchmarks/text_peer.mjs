// obscenity, as its readme sets it up: texts as JSON lines in, 1 or 0 a line out, the CPU seconds last.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(process.argv[2] + "/");
const { RegExpMatcher, englishDataset, englishRecommendedTransformers } = require("obscenity");
const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
const texts = [];
for await (const line of createInterface({ input: process.stdin })) texts.push(JSON.parse(line));
const began = process.cpuUsage();
const answers = texts.map((text) => Number(matcher.hasMatch(text)));
const spent = process.cpuUsage(began);
console.log(answers.join("\n"));
console.log((spent.user + spent.system) / 1e6);
