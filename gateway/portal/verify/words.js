// Made by `make words` from gateway/proof/words.py.
"use strict";
const WORDS = {
  "HOLDS": [
    "成立",
    "holds"
  ],
  "FAILS": [
    "不成立",
    "does not hold"
  ],
  "UNKNOWN": [
    "无法判断",
    "cannot be said"
  ],
  "ALL_HOLDS": [
    "成立：这就是网关当时给出的答复，未被改动，且已记入其账本",
    "holds: this is the answer that the gateway gave, unaltered, and it is in its ledger"
  ],
  "ALL_FAILS": [
    "不成立：下面写明何处被改动",
    "does not hold: below it is told where something was altered"
  ],
  "ALL_UNKNOWN": [
    "无法判断：下面写明缺少什么",
    "cannot be said: below it is told what is missing"
  ],
  "NOT_READ": [
    "无法读取",
    "cannot be read"
  ],
  "CHECKPOINT_SIGNED": [
    "检查点由公钥 {key} 签名：账本 {origin}，共 {size} 条，签发于 {at}",
    "the checkpoint is signed by {key}: log {origin}, {size} entries, signed at {at}"
  ],
  "CHECKPOINT_NO_KEY": [
    "没有给出公钥，无法判断检查点是谁签的（署名为 {signers}）",
    "no public key was given, so nobody can say who signed the checkpoint (it names {signers})"
  ],
  "CHECKPOINT_OTHER_KEY": [
    "给出的公钥都没有签署此检查点（署名为 {signers}）：公钥不对，或检查点是伪造的",
    "none of the keys given has signed the checkpoint (it names {signers}): a wrong key, or a forged checkpoint"
  ],
  "CHECKPOINT_FORGED": [
    "署名 {key} 的签名与检查点的文字不符：检查点被改动或是伪造的",
    "the signature of {key} is not over this checkpoint: it was altered or forged"
  ],
  "CHECKPOINT_UNREADABLE": [
    "检查点不是合格的签名文本：{reason}",
    "the checkpoint is no well-formed signed note: {reason}"
  ],
  "CHECKPOINT_UNCHECKED": [
    "此浏览器不能核对 Ed25519 签名，无法判断检查点由谁签署；请用命令行核验",
    "this browser cannot check Ed25519 signatures, so nobody can say who signed: use the command line"
  ],
  "ALGORITHM_OTHER": [
    "收据写的散列算法是 {algorithm}，检查点写的是 {other}",
    "the receipt names the hash {algorithm}, the checkpoint {other}"
  ],
  "INCLUDED": [
    "条目是账本的第 {index} 条（自 0 起，共 {size} 条），路径通向检查点的根",
    "the entry is number {index} (from 0) of {size} in the log: its path leads to the root of the checkpoint"
  ],
  "INCLUDED_UNSIGNED": [
    "条目和路径通向检查点所写的根，但检查点本身未得到证明",
    "entry and path lead to the root that the checkpoint states, but the checkpoint itself is not proven"
  ],
  "INCLUSION_UNSAID": [
    "检查点不可用，无法判断条目是否在账本中",
    "without a good checkpoint nobody can say whether the entry is in the log"
  ],
  "INDEX_BEYOND": [
    "序号 {index} 超出账本的条数 {size}",
    "the index {index} is beyond the {size} entries of the log"
  ],
  "PATH_LENGTH": [
    "路径的长度与序号 {index}、条数 {size} 不符：路径被截短、加长，或序号被改动",
    "the path is not as long as index {index} of {size} needs: it was cut or lengthened, or the index altered"
  ],
  "ENTRY_ALTERED": [
    "条目的文字被改动：与收据所记的叶散列不符，而该叶散列在账本中",
    "the text of the entry was altered: it is not what the leaf hash stands for, which is in the log"
  ],
  "PATH_ALTERED": [
    "路径或序号被改动：条目与叶散列相符，但路径不通向检查点的根",
    "the path or the index was altered: the entry is what its leaf hash says, but does not lead to the root"
  ],
  "LEAF_ALTERED": [
    "收据所记的叶散列被改动：条目本身在账本中",
    "the leaf hash of the receipt was altered: the entry itself is in the log"
  ],
  "NOT_IN_TREE": [
    "条目、路径、序号与检查点的根对不上：条目不在此账本中，或其中之一被改动",
    "entry, path and index do not lead to the root: the entry is not in this log, or one of them was altered"
  ],
  "ENTRY_UNREADABLE": [
    "条目的文字不是合格的 JSON：{reason}，第 {line} 行第 {column} 列",
    "the entry is no well-formed JSON: {reason} at line {line}, column {column}"
  ],
  "ENTRY_LACKS": [
    "条目缺少此项，或其形式不对",
    "the entry lacks this member, or it is not of the form that it must have"
  ],
  "ANSWER_EXACT": [
    "答复逐字节与条目所记的散列相符",
    "the answer is, byte for byte, what the digest in the entry stands for"
  ],
  "ANSWER_COMPACT": [
    "去掉无意义的空白后，答复与条目所记的散列相符（保存时改了排版）",
    "without the whitespace between its tokens the answer is what the digest stands for: it was only laid out anew"
  ],
  "ANSWER_REWRITTEN": [
    "按网关的写法重写后，答复与条目所记的散列相符（数值和文字未变，只是写法不同）",
    "written the way the gateway writes, the answer is what the digest stands for: same values, other spelling"
  ],
  "ANSWER_ABSENT": [
    "没有答复，只核对了收据",
    "there is no answer here: only the receipt was looked at"
  ],
  "ANSWER_UNSAID": [
    "条目不可用，无法判断答复是否被改动",
    "without a readable entry nobody can say whether the answer was altered"
  ],
  "ANSWER_UNREADABLE": [
    "答复被改动，不再是合格的 JSON：{reason}，第 {line} 行第 {column} 列",
    "the answer was altered and is no longer JSON: {reason} at line {line}, column {column}"
  ],
  "ANSWER_ALTERED": [
    "答复与条目所记的散列不符：答复被改动，或这是另一份答复",
    "the answer is not what the digest in the entry stands for: it was altered, or is another answer"
  ],
  "PIECE_ALTERED": [
    "这一部分被改动",
    "this piece was altered"
  ],
  "PIECE_ADDED": [
    "这一部分原来没有，是后加的",
    "this piece was not there: it was added"
  ],
  "PIECE_MISSING": [
    "这一部分缺失或改了名称",
    "this piece is missing, or was renamed"
  ],
  "PIECES_ALL": [
    "没有一部分相符：盐值被改动，或这是另一份答复",
    "no piece is what the entry says: the salt was altered, or this is another answer"
  ],
  "SALT_MISSING": [
    "答复中没有盐值，无法逐部分核对",
    "the answer holds no salt, so that its pieces cannot be compared one by one"
  ],
  "PIECES_UNSAID": [
    "条目没有记各部分的散列，无法指出何处被改动",
    "the entry holds no digests of pieces: where the answer was altered cannot be said"
  ],
  "ORDER_ALTERED": [
    "各部分都相符，被改动的是它们的次序或其间的文字",
    "every piece is as it was given: what was altered is their order or the text between them"
  ],
  "DIGEST_ALTERED": [
    "答复的各部分都与条目相符，被改动的是条目所记的答复散列",
    "every piece of the answer is as it was given: what was altered is the digest of the answer in the entry"
  ],
  "PART_OTHER": [
    "答复整体相符，被改动的是条目所记的这一部分的散列",
    "the answer as a whole is as it was given: what was altered is the digest of this piece in the entry"
  ],
  "ID_SAME": [
    "答复中的收据编号就是条目的编号 {id}",
    "the answer names the receipt of this entry, {id}"
  ],
  "ID_OTHER": [
    "答复中的收据编号与条目的编号不同：答复与收据不是一对，或编号被改动",
    "the answer names another receipt than the entry: they do not belong together, or the id was altered"
  ],
  "ID_ABSENT": [
    "答复中没有收据编号",
    "the answer names no receipt"
  ],
  "SHAPE_SAME": [
    "字段表与条目所记的散列相符",
    "the table of fields is what the entry names"
  ],
  "SHAPE_OTHER": [
    "字段表与条目所记的散列不符：其一被改动",
    "the table of fields is not what the entry names: one of the two was altered"
  ],
  "SHAPE_ABSENT": [
    "收据没有附字段表，字段的含义未核对",
    "the receipt comes without the table of fields: what the fields mean was not checked"
  ],
  "SHAPE_UNNAMED": [
    "条目没有记字段表，收据却附了一份",
    "the entry names no table of fields, yet one comes with it"
  ],
  "SAME_TREE": [
    "另一检查点与收据的检查点是同一棵树（{size} 条）",
    "the other checkpoint is of the same tree of {size} entries"
  ],
  "CONSISTENT": [
    "两个检查点前后一致：{new} 条的树以 {old} 条的树开头",
    "the two checkpoints are consistent: the tree of {new} entries begins with that of {old}"
  ],
  "FORKED": [
    "两个检查点互相矛盾：账本分叉，或一致性证明不对",
    "the two checkpoints contradict each other: the log was forked, or the consistency proof is wrong"
  ],
  "CONSISTENCY_ABSENT": [
    "两个检查点的条数不同（{old} 与 {new}），没有一致性证明，无法判断是否前后一致",
    "the two checkpoints are of {old} and {new} entries: without a consistency proof nothing can be said"
  ],
  "OTHER_LOG": [
    "另一检查点属于另一个账本：{other}，而不是 {origin}",
    "the other checkpoint is of another log: {other}, not {origin}"
  ],
  "OWN_SAME": [
    "条目与网关自己账本中的逐字节相同",
    "the entry is, byte for byte, the one in the gateway's own ledger"
  ],
  "OWN_OTHER": [
    "网关自己的账本中，此编号的条目是另一内容",
    "in the gateway's own ledger the entry of this id is another one"
  ],
  "OWN_UNKNOWN": [
    "网关自己的账本中没有此编号的条目，或它属于另一客户端",
    "the gateway's own ledger has no entry of this id, or it is another client's"
  ],
  "TIMESTAMP_TRUE": [
    "时间戳机构证明检查点在 {at} 已经存在",
    "a time stamping authority proves that the checkpoint existed at {at}"
  ],
  "TIMESTAMP_FALSE": [
    "时间戳不能证明此检查点：{reason}",
    "the timestamp proves nothing of this checkpoint: {reason}"
  ],
  "TIMESTAMPS_UNCHECKED": [
    "附有 {count} 个时间戳，此处未核对",
    "{count} timestamps come with the receipt; they are not checked here"
  ],
  "READ_LARGE": [
    "大于 {limit} 字节",
    "larger than {limit} bytes"
  ],
  "READ_UTF8": [
    "第 {at} 个字节起不是 UTF-8",
    "not UTF-8 from byte {at} on"
  ],
  "READ_JSON": [
    "{reason}，第 {line} 行第 {column} 列",
    "{reason} at line {line}, column {column}"
  ],
  "READ_OBJECT": [
    "应为对象",
    "expected an object"
  ],
  "READ_MISSING": [
    "缺少此项",
    "is missing"
  ],
  "READ_NAME": [
    "没有这一项；已知的有 {known}",
    "unknown; known are {known}"
  ],
  "READ_TEXT": [
    "应为文字",
    "expected a text"
  ],
  "READ_NUMBER": [
    "应为 0 至 {limit} 的整数",
    "expected a whole number from 0 to {limit}"
  ],
  "READ_HASH": [
    "应为 32 字节的 base64，且只有一种写法",
    "expected the base64 of 32 bytes, in the one form that it has"
  ],
  "READ_LIST": [
    "应为至多 {limit} 项的列表",
    "expected a list of at most {limit}"
  ],
  "READ_CHOICE": [
    "应为下列之一：{known}",
    "expected one of {known}"
  ],
  "READ_FILE": [
    "文件打不开：{reason}",
    "the file cannot be opened: {reason}"
  ],
  "READ_KEY": [
    "不是公钥：{reason}",
    "not a public key: {reason}"
  ],
  "JSON_NOT": [
    "不是 JSON",
    "not JSON"
  ],
  "JSON_MARK": [
    "有字节顺序标记",
    "a byte order mark"
  ],
  "JSON_ENDS": [
    "文字提前结束",
    "the text ends too early"
  ],
  "JSON_FOLLOWS": [
    "结束后还有内容",
    "something follows the end"
  ],
  "JSON_TWICE": [
    "同名的项出现两次",
    "a second member of the same name"
  ],
  "JSON_HALF": [
    "有半个代理对",
    "half a surrogate pair"
  ],
  "JSON_RANGE": [
    "数值超出范围",
    "a number out of range"
  ],
  "JSON_DEEP": [
    "嵌套过深",
    "nested too deep"
  ]
};
