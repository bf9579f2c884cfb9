// What a run knew and no message says, beside each raw log: X.index.jsonl beside X.jsonl.zst (.gz, plain). One JSON
// object a line:
//   {"n":8,"ts":1723161254206652067,"event":"rest_answer","kind":"depth","symbol":"BTCUSDT",...}
// n: lines of the log written before it, so that entries and lines put together by it are the run in its exact order;
// ts: receive time, in one sequence with the lines' own. Strings are opaque here. Reading is strict: an unknown event
// or key, or a missing one, is an error, not a guess.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "recording/line_reader.hpp"

namespace acts {

// Numbers the connections of a run, from 1; 0 is none (a REST answer).
using ConnectionId = std::uint64_t;

// What the run did with a message when it came.
enum class LineUse : std::uint8_t {
  kTaken,
  kHeld,      // nothing then: it had to wait, or said what another connection had said
  kRepeated,  // the line is not a message, but one that was held before, taken now
};

namespace index {

// The run began. `settings`: whatever else decides what is made of the messages, in a form its
// writer chooses.
struct RunStarted {
  std::string version;
  std::string venue;
  std::string shard;
  std::string settings;
  friend bool operator==(const RunStarted&, const RunStarted&) = default;
};
// The run goes on in this log, which says anew what holds: its symbols follow. Nothing happened.
struct RunContinued {
  std::string version;
  std::string venue;
  std::string shard;
  std::string settings{};  // as of RunStarted; older logs do not tell them
  friend bool operator==(const RunContinued&, const RunContinued&) = default;
};
struct RunEnded {
  std::string reason;
  friend bool operator==(const RunEnded&, const RunEnded&) = default;
};
// The run was alive at ts, though no message came.
struct Alive {
  friend bool operator==(const Alive&, const Alive&) = default;
};
struct ConnectionOpened {
  ConnectionId connection = 0;
  std::string url;
  friend bool operator==(const ConnectionOpened&, const ConnectionOpened&) = default;
};
struct ConnectionClosed {
  ConnectionId connection = 0;
  std::string reason;
  friend bool operator==(const ConnectionClosed&, const ConnectionClosed&) = default;
};
// `lines` lines, at least one, one after the other, that came on the same connection and were used alike.
struct ConnectionRun {
  ConnectionId connection = 0;
  std::uint64_t lines = 1;
  LineUse use = LineUse::kTaken;
  friend bool operator==(const ConnectionRun&, const ConnectionRun&) = default;
};
// Which connections the lines from here on came on; a line that no such entry tells of came on none. The writer makes
// these entries and the reader takes them (RecordedLine). In the file "7*3 8h 7*2 8r": three lines of 7, one of 8 that
// was held, two of 7, that of 8 again. Two connections take turns line by line, so anything longer would make an index
// as large as its log.
struct Connections {
  std::vector<ConnectionRun> runs;  // at least one
  friend bool operator==(const Connections&, const Connections&) = default;
};
// The next line answers this request. `headers`: those that decide something, in a form the writer chooses.
struct RestAnswer {
  std::uint64_t request = 0;
  std::string kind;
  std::string symbol;
  std::int64_t limit = 0;
  std::int64_t status = 0;
  std::string headers;
  // When it was written to a connection that was there, by the clock of the receive times; 0: not known, as in older
  // logs.
  UnixNanos sent{};
  friend bool operator==(const RestAnswer&, const RestAnswer&) = default;
};
// This request ended without an answer that could be recorded as a line.
struct RestFailed {
  std::uint64_t request = 0;
  std::string kind;
  std::string symbol;
  std::int64_t limit = 0;
  std::int64_t status = 0;  // 0: none came
  std::string reason;
  friend bool operator==(const RestFailed&, const RestFailed&) = default;
};
// The symbol's timer (empty: that of all, a minute's end) that was due at `due` was handled at ts.
struct Timer {
  std::string symbol;
  UnixNanos due;
  friend bool operator==(const Timer&, const Timer&) = default;
};
struct SymbolAdded {
  std::string symbol;
  std::string settings;
  friend bool operator==(const SymbolAdded&, const SymbolAdded&) = default;
};
struct SymbolRemoved {
  std::string symbol;
  friend bool operator==(const SymbolRemoved&, const SymbolRemoved&) = default;
};
// The symbol's stream is subscribed, from here on its silence is quiet; and its connection was lost.
struct StreamOpened {
  std::string symbol;
  friend bool operator==(const StreamOpened&, const StreamOpened&) = default;
};
struct StreamLost {
  std::string symbol;
  std::string reason;
  friend bool operator==(const StreamLost&, const StreamLost&) = default;
};
// In a BookRestored of a merged recording: whatever book a replay of it has at that place.
inline constexpr std::uint64_t kOwnBook = 0;
// The symbol's book was kept here; and the symbol, added just before, begins with the book that an earlier run has
// left. `update_id`: the book's last; `fingerprint`: of its content.
struct BookSaved {
  std::string symbol;
  std::int64_t update_id = 0;
  std::uint64_t fingerprint = 0;
  friend bool operator==(const BookSaved&, const BookSaved&) = default;
};
struct BookRestored {
  std::string symbol;
  std::int64_t update_id = 0;
  std::uint64_t fingerprint = 0;
  friend bool operator==(const BookRestored&, const BookRestored&) = default;
};
// Messages of this symbol (all, if empty) are known to be missing before this place.
struct Gap {
  std::string symbol;
  std::string reason;
  friend bool operator==(const Gap&, const Gap&) = default;
};
// The symbol's book was compared with the venue's at this update id: levels alike, with another quantity, only ours,
// only theirs. What made it so comes before: the answer with the snapshot, or a message that it waited for.
struct Audit {
  std::string symbol;
  std::int64_t update_id = 0;
  std::uint64_t match = 0;
  std::uint64_t drift = 0;
  std::uint64_t ghost = 0;
  std::uint64_t missed = 0;
  friend bool operator==(const Audit&, const Audit&) = default;
};
// The first `bytes` bytes of the log, and with them the lines before this entry, are on the disk. crc32: of those bytes
// (zlib's).
struct Durable {
  std::uint64_t bytes = 0;
  std::uint32_t crc32 = 0;
  friend bool operator==(const Durable&, const Durable&) = default;
};

// A zstd frame of its own begins at this byte, with the next line. An open log has long ones, a segment short ones.
struct Frame {
  std::uint64_t bytes = 0;
  friend bool operator==(const Frame&, const Frame&) = default;
};
// The segment is whole: so many bytes, with this crc32. `log`: the open log it was taken from; `lost`: what of that log
// could not be read, empty if all could.
struct Sealed {
  std::string log;
  std::uint64_t bytes = 0;
  std::uint32_t crc32 = 0;
  std::string lost;
  friend bool operator==(const Sealed&, const Sealed&) = default;
};

}  // namespace index

using IndexEvent =
    std::variant<index::RunStarted, index::RunContinued, index::RunEnded, index::Alive, index::ConnectionOpened,
                 index::ConnectionClosed, index::Connections, index::RestAnswer, index::RestFailed, index::Timer,
                 index::SymbolAdded, index::SymbolRemoved, index::StreamOpened, index::StreamLost, index::BookSaved,
                 index::BookRestored, index::Gap, index::Audit, index::Durable, index::Frame, index::Sealed>;

struct IndexEntry {
  std::uint64_t lines_before = 0;
  UnixNanos ts;
  IndexEvent event;
  friend bool operator==(const IndexEntry&, const IndexEntry&) = default;
};

// Bytes of one string in an entry, and of an entry: four such strings in which each byte needs an escape.
inline constexpr std::size_t kMaxIndexTextBytes = std::size_t{128} << 10;
inline constexpr std::size_t kMaxIndexLineBytes = std::size_t{4} << 20;
// The writer's entries hold so many runs at most: at 43 bytes each they are within kMaxIndexTextBytes.
inline constexpr std::size_t kMaxConnectionRuns = 3000;

// Appends one line with its newline. Bytes of strings that are not UTF-8 become U+FFFD. Errors: kBadInput if a string
// is longer than kMaxIndexTextBytes or there are more than kMaxConnectionRuns; nothing is appended then.
Result<void> append_index_line(std::string& out, const IndexEntry& entry);
// `line` without its newline. Errors: kBadInput, saying what is wrong.
Result<IndexEntry> parse_index_line(std::string_view line);

// "DIR/a-1.index.jsonl" for "DIR/a-1.jsonl.zst", "DIR/a-1.jsonl" and "DIR/a-1.gz".
std::string index_path_for(std::string_view log_path);

// The entries of one index in order; n never decreases.
class IndexReader {
 public:
  explicit IndexReader(std::unique_ptr<ByteSource> source);

  // Nothing at the end. Errors: kBadInput for an entry that is not one (skipped; go on with the next call) and for an
  // end inside a line; what the source failed with. The message starts with "line N: ".
  Result<std::optional<IndexEntry>> next();

 private:
  LineReader lines_;
  std::uint64_t last_n_ = 0;
};

}  // namespace acts
