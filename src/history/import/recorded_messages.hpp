// The messages of one symbol out of recordings, or of all, decoded, each once: as a replay takes them. What had to wait
// behind another message is where it was taken, with that receive time; of what two connections brought, the first. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "binance/decoder.hpp"
#include "binance/transaction_time.hpp"
#include "history/import/recent_ids.hpp"
#include "recording/recording_reader.hpp"

namespace acts::history {

// Opens the same recordings anew each time: what looks through them first reads them twice.
using OpenRecording = std::function<Result<RecordingReader>()>;

// What recordings hold: a look through them, before a symbol's messages are read.
struct RecordingContents {
  static constexpr std::size_t kMostSymbols = 100'000;
  static constexpr std::size_t kMostDamaged = 10;  // listed; all are counted

  struct Symbol {
    std::uint64_t updates = 0;  // of depth
    std::uint64_t snapshots = 0;
    std::uint64_t trades = 0;
    std::uint64_t agg_trades = 0;
    std::uint64_t tickers = 0;  // best bid and ask
  };
  std::map<std::string, Symbol, std::less<>> symbols = {};
  // Of REST depth answers that no index tells of, by file and line: the symbol that the update ids around them tell.
  std::map<std::pair<std::string, std::uint64_t>, std::string> answers = {};
  std::uint64_t unassigned = 0;           // such answers, of no symbol that could be told
  std::uint64_t refused = 0;              // messages that could not be decoded, of whatever symbol
  std::uint64_t unreadable = 0;           // lines and index entries that are none, ends that are missing
  std::uint64_t damaged_files = 0;        // not read to their end: they are cut or damaged,
  std::vector<std::string> damaged = {};  // which of them and where, as the reader says it
  // The first file whose depth updates are of another venue than the one they were read as, and which. Those of USD-M
  // can be decoded as spot's, and are other books then.
  std::optional<std::pair<std::string, Venue>> of_other_venue = {};
};
// One that was met while looking through. `symbol` is empty where only the contents will tell it (answers).
struct SeenMessage {
  const binance::Message& message;
  const RecordedLine& line;
  std::string_view symbol;
};
using OnSeen = std::function<void(const SeenMessage&)>;

// `on_seen`: told of every message that could be decoded, in order; may be empty. Errors: kBadInput, for more symbols
// than kMostSymbols; kStorage, kUsage: as the reader's.
Result<RecordingContents> contents_of(const OpenRecording& open, Venue venue, const OnSeen& on_seen = {});

// Of one symbol's messages, which two connections may have brought, each once. Of snapshots all: each is an answer of
// its own.
class MessagesOnce {
 public:
  bool is_first(const binance::Message& message);

 private:
  RecentIds updates_;
  RecentIds trades_;
  RecentIds agg_trades_;
  RecentIds tickers_;
};

// When the venue's engine made a message (T, of USD-M) or else sent it; nothing where it has no time.
class EventTimes {
 public:
  explicit EventTimes(Venue venue) : venue_(venue) {}
  // `json`: the message as it stands in the recording.
  std::optional<UnixNanos> of(const binance::Message& message, std::string_view json);

 private:
  Venue venue_;
  binance::TransactionTime transaction_time_;
};

struct MessageFilter {
  Venue venue = Venue::kBinanceSpot;
  std::string symbol = {};             // as the venue spells it; empty: of all that the contents tell
  std::optional<UnixNanos> from = {};  // received then or later,
  std::optional<UnixNanos> to = {};    // and before
};

class RecordedMessages {
 public:
  // `contents`: of the same recordings; must outlive it.
  RecordedMessages(RecordingReader reader, MessageFilter filter, const RecordingContents& contents);

  enum class Got : std::uint8_t {
    kMessage,
    // A message of the symbol, or a line, that cannot be read: problem() says where and why. Of all symbols also one of
    // which nobody can tell whose it is.
    kBad,
    kEnd,
  };
  // Errors, which are final: kStorage, kUsage (a file is gone).
  Result<Got> next();

  // All of the last call, and valid until the next.
  [[nodiscard]] const binance::Message& message() const { return message_; }
  // Whose it is; empty: of a bad one nobody knows it.
  [[nodiscard]] std::string_view symbol() const { return of_ < once_.size() ? decoder_.symbol(of_) : ""; }
  [[nodiscard]] UnixNanos ts_recv() const { return ts_recv_; }
  // As EventTimes has it.
  [[nodiscard]] std::optional<UnixNanos> ts_event() { return event_times_.of(message_, text_); }
  [[nodiscard]] std::uint64_t line_number() const { return line_number_; }  // in its file, from 1
  [[nodiscard]] std::string_view problem() const { return problem_; }
  [[nodiscard]] std::string_view text() const { return text_; }  // the message as it stands there

 private:
  bool take(const RecordedLine& line, const std::optional<index::RestAnswer>& answer);
  [[nodiscard]] binance::InstrumentIndex whose_answer(const RecordedLine& line,
                                                      const std::optional<index::RestAnswer>& answer) const;
  [[nodiscard]] bool is_within(UnixNanos ts) const;
  Got refuse(std::string problem);

  RecordingReader reader_;
  MessageFilter filter_;
  const RecordingContents* contents_;
  binance::Decoder decoder_;
  EventTimes event_times_;
  std::vector<MessagesOnce> once_;                        // by the decoder's index
  binance::InstrumentIndex of_ = binance::kNoInstrument;  // whose the last one is
  std::optional<index::RestAnswer> asked_;                // the next line answers it
  binance::Message message_;
  UnixNanos ts_recv_;
  std::uint64_t line_number_ = 0;
  std::string problem_;
  std::string_view text_;
};

}  // namespace acts::history
