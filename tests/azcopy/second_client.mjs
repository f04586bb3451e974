// Microsoft's JavaScript client as a second site: uploads, looks, leases, lists and deletes; prints what it saw.
// It does not rename: with the account in the path, as here, it leaves the account out of the new name's URL.
//   node second_client.mjs CONNECTION_STRING SHARE
import { ShareServiceClient } from "@azure/storage-file-share";
import { createHash } from "node:crypto";

const [connection, shareName] = process.argv.slice(2);
const share = ShareServiceClient.fromConnectionString(connection).getShareClient(shareName);
const root = share.rootDirectoryClient;
const data = Buffer.alloc(9_000_000, 7);
const md5 = createHash("md5").update(data).digest();

const file = root.getFileClient("Größe 1.zip");
await file.uploadData(data, { rangeSize: 4 * 1024 * 1024, fileHttpHeaders: { fileContentMD5: md5 } });
const properties = await file.getProperties();
const download = await file.downloadToBuffer();
const lease = file.getShareLeaseClient("00000000-0000-0000-0000-0000000000aa");
await lease.acquireLease();
let refused = "";
try {
  await file.delete();
} catch (error) {
  refused = error.code;
}
await lease.releaseLease();
await root.createSubdirectory("CT");
const names = [];
for await (const item of root.listFilesAndDirectories({ includeTimestamps: true, includeEtag: true, includeExtendedInfo: true })) {
  names.push([item.kind, item.name, item.fileId !== undefined]);
}
await file.delete();

console.log(
  JSON.stringify({
    size: properties.contentLength,
    md5: Buffer.from(properties.contentMD5).equals(md5),
    bytes: download.equals(data),
    refused,
    names,
    left: await file.exists(),
  }),
);
