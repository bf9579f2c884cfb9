// What was missing in the depth stream of one symbol, told from its recording: the sequence is judged by the DepthSync
// that judges it live, over the update ids alone; no book is made. Pure; items come in the order of the recording.
// A gap that is open at the end has not been healed in what was read; a book may be healed on the next day.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/events.hpp"
#include "acts/market/venue.hpp"

#include "binance/decoder.hpp"
#include "binance/depth_sync.hpp"
#include "recording/recording_reader.hpp"

namespace acts::history {

struct DepthGap {
  // What was said between the update before and the one behind: "not_running" (a run began), "connection_lost",
  // "bad_message" (an update came and could not be read), "sequence_gap".
  std::string_view cause;
  UnixNanos at;                                   // receive time of what showed it
  std::optional<UnixNanos> received_before = {};  // of the last update before
  UpdateId last_before;                           // what is missing lies between these
  std::optional<UpdateId> first_after = {};       // none: no update has come since
  std::optional<UnixNanos> healed_at = {};        // receive time of what healed it; none: nothing yet
  std::optional<UpdateId> snapshot = {};          // that healed it

  friend bool operator==(const DepthGap&, const DepthGap&) = default;
};

// What audits of the book have found, summed up.
struct AuditCounts {
  std::uint64_t match = 0;
  std::uint64_t drift = 0;
  std::uint64_t ghost = 0;
  std::uint64_t missed = 0;

  friend bool operator==(const AuditCounts&, const AuditCounts&) = default;
};

class GapTrace {
 public:
  static constexpr std::size_t kMostGaps = 10'000;  // listed; all are counted

  GapTrace(Venue venue, std::string_view symbol);

  // Of what is before `from` it is known how it ended, and nothing is told.
  void set_from(UnixNanos from) { from_ = from; }
  void on_item(const RecordedItem& item);

  [[nodiscard]] const std::vector<DepthGap>& gaps() const { return gaps_; }
  [[nodiscard]] std::uint64_t gap_count() const { return gap_count_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }    // each once
  [[nodiscard]] std::uint64_t updates() const { return updates_; }      // of depth that were taken
  [[nodiscard]] std::uint64_t snapshots() const { return snapshots_; }  // that were merged
  [[nodiscard]] std::uint64_t refused() const { return refused_; }      // messages that could not be read
  [[nodiscard]] const std::optional<AuditCounts>& audits() const { return audits_; }

 private:
  void on_line(const RecordedLine& line);
  void on_entry(const IndexEntry& entry);
  void on_update(const DepthUpdate& update, UnixNanos ts);
  void on_snapshot(UpdateId snapshot, UnixNanos ts);
  void on_lost(UnixNanos ts);
  void open_gap(std::string_view cause, UnixNanos ts, std::optional<UpdateId> first_after);
  [[nodiscard]] bool counts(UnixNanos ts) const { return !from_ || ts >= *from_; }

  binance::Decoder decoder_;
  binance::InstrumentIndex symbol_;
  std::string name_;
  binance::DepthSync sync_;
  std::optional<UnixNanos> from_;
  UnixNanos now_{INT64_MIN};
  bool is_answer_ = false;           // the next line, to a depth request
  std::string_view said_;            // why an update may be missing, since the last one
  std::optional<UpdateId> waiting_;  // a snapshot that the stream has not reached
  std::optional<UnixNanos> last_update_;
  bool is_open_ = false;    // the last gap
  bool is_listed_ = false;  // and it is the last of gaps_
  std::vector<DepthGap> gaps_;
  std::uint64_t gap_count_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t updates_ = 0;
  std::uint64_t snapshots_ = 0;
  std::uint64_t refused_ = 0;
  std::optional<AuditCounts> audits_;
};

}  // namespace acts::history
