// What must hold in a simulated run, whatever goes wrong: looked at while it goes on and when it is over. Knows the
// venue's own books, and nothing of how the collector works.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/features/row.hpp"

#include "collector/collector.hpp"
#include "exchange/venue_core.hpp"
#include "net/http_message.hpp"
#include "simulation/sim_log.hpp"
#include "simulation/sim_plan.hpp"

namespace acts::sim {

class SimChecks {
 public:
  static constexpr std::size_t kMaxFindings = 10;  // kept; all are counted

  // All outlive the object.
  SimChecks(const SimPlan& plan, const exchange::VenueCore& venue, SimRecorder& recorder);

  [[nodiscard]] collector::RunLog& log() { return log_; }

  void find(UnixNanos now, std::string what);
  // The world tells what happens.
  // `kept_until`: all that the run has handed to the recorder before is left.
  void on_kill(const collector::Collector& collector, UnixNanos kept_until, UnixNanos now);
  void on_begin(UnixNanos now);
  // Before an answer that may be a snapshot: how large books were that a kill may go back to.
  void note_levels(const collector::MarketPipeline& pipeline, UnixNanos now);
  void on_connect(UnixNanos now);
  void before_message(std::string_view text, UnixNanos now);  // comes to the collector
  void after_message(UnixNanos now);
  // By symbol: what a list of symbols that has come to the collector says.
  using Listing = std::map<std::string, exchange::SymbolState, std::less<>>;
  void on_listing(const Listing& listing);
  void on_request(UnixNanos now);
  // Comes to the venue; `sent` by the process. Over restarts too none may be sent after a refusal has come to a run,
  // and be there before the venue takes them again. Real times.
  void on_arrival(collector::Cooldown::Scope scope, UnixNanos sent, UnixNanos now);
  // What left the venue at `replied` has come to a run. True: it is a 429 or 418 with a time.
  bool on_refused(collector::Cooldown::Scope scope, const HttpResponse& response, UnixNanos replied, UnixNanos now);
  // The next run will not know of refusals that have come so far, or will.
  void on_cooldown(collector::Cooldown::Scope scope, bool is_kept) { is_unkept_[scope] = !is_kept; }
  // The process's clock goes on by so much at once: what it waits for ends earlier by so much.
  void on_clock_step(Nanos by);
  void on_reply(const exchange::RestReply& reply, UnixNanos now);  // leaves the venue
  void on_answer(const HttpResponse& response, UnixNanos now);     // comes to the collector, whole
  void on_close(UnixNanos now);
  void on_text_sent(std::uint64_t connection, UnixNanos now);
  void on_row(const MinuteRow& row, const collector::MarketPipeline& pipeline, UnixNanos now);
  void on_log(const collector::Log& log, UnixNanos now);
  void after_call(const collector::Collector& collector, UnixNanos now);
  void at_end(const collector::Collector& collector, UnixNanos now);

  [[nodiscard]] const std::vector<std::string>& findings() const { return findings_; }
  [[nodiscard]] std::size_t finding_count() const { return finding_count_; }
  [[nodiscard]] std::uint64_t audits() const { return log_.audits(); }
  [[nodiscard]] std::uint64_t compared() const { return compared_; }
  [[nodiscard]] std::uint64_t books_restored() const { return books_restored_; }
  // Rows that had to be live, as the one before was and nothing went wrong.
  [[nodiscard]] std::uint64_t kept_live() const { return kept_live_; }
  // Runs that began within what one before them was told to wait.
  [[nodiscard]] std::uint64_t begun_in_cooldown() const { return begun_in_cooldown_; }
  [[nodiscard]] const std::string& logs() const { return logs_; }

 private:
  struct Seen {
    std::size_t levels = 0;
    std::uint64_t epoch = 0;
    std::uint64_t ghosts = 0;
    std::uint64_t gaps = 0;
  };
  void compare_books(const collector::MarketPipeline& pipeline, UnixNanos now);
  [[nodiscard]] std::optional<exchange::TrueBook> truth_of(std::string_view symbol, const OrderBook& book) const;
  void compare(std::string_view symbol, const OrderBook& book, UnixNanos now);
  void compare_side(std::string_view symbol, const OrderBook& book, const exchange::TrueBook& truth, Side side,
                    UnixNanos now);
  void check_not_reset(const collector::MarketPipeline& pipeline, UnixNanos now);
  void check_bounds(const collector::Collector& collector, UnixNanos now);
  void check_state(const MinuteRow& row, UnixNanos now);
  void check_stays_live(const MinuteRow& row, UnixNanos now);
  [[nodiscard]] bool rests_on_suspects(const MinuteRow& row) const;
  [[nodiscard]] bool is_quiet(UnixNanos from, UnixNanos to) const;
  void check_trading(const MinuteRow& row, UnixNanos now);
  void check_suspects(const MinuteRow& row, const OrderBook& book, UnixNanos now);
  void check_best(const MinuteRow& row, const OrderBook& book, UnixNanos now);
  [[nodiscard]] bool is_covered(const MinuteRow& row) const;
  void check_limits(UnixNanos now);
  void check_restored(std::string_view symbol, const binance::SavedBook& book, UnixNanos now);

  const SimPlan& plan_;
  const exchange::VenueCore& venue_;
  RowSchema schema_;
  std::size_t state_column_ = 0;
  std::size_t reason_column_ = 0;
  std::size_t bid_column_ = 0;
  std::size_t ask_column_ = 0;
  std::vector<std::size_t> coverage_columns_;  // of the smallest band, both sides
  SimLog log_;
  std::map<std::string, std::size_t, std::less<>> levels_at_kill_;
  struct Look {
    UnixNanos time;
    std::size_t levels;
  };
  std::map<std::string, std::deque<Look>, std::less<>> looks_;  // of the last kMostLost and one before
  std::map<std::string, UnixNanos, std::less<>> known_since_;   // books with a snapshot: since the first look at it
  std::map<std::string, UnixNanos, std::less<>> next_row_;
  std::map<std::string, UnixNanos, std::less<>> live_at_;  // the last row that was
  std::vector<Pause> troubles_;
  std::uint64_t kept_live_ = 0;
  std::map<std::string, UnixNanos, std::less<>> last_depth_;  // came to the collector
  // Since when a symbol is collected that began with an empty book: a snapshot may come before any update.
  std::map<std::string, UnixNanos, std::less<>> begun_;
  std::vector<Seen> seen_;
  bool stream_changes_ = false;
  UnixNanos looked_at_;
  std::deque<UnixNanos> connects_;
  std::uint64_t refusals_ = 0;  // answers with 429 or 418
  UnixNanos silent_until_;      // no request before
  UnixNanos refused_at_;
  // What the venue has told a run to wait for.
  struct Barred {
    collector::Cooldown::Scope scope = collector::Cooldown::Scope::kRest;
    UnixNanos since;  // it came
    UnixNanos until;
  };
  std::vector<Barred> barred_;
  std::map<collector::Cooldown::Scope, bool> is_unkept_;
  std::uint64_t begun_in_cooldown_ = 0;
  std::map<std::uint64_t, std::deque<UnixNanos>> sent_;  // by connection, within a second
  Listing listing_;
  std::uint64_t warnings_ = 0;
  std::uint64_t compared_ = 0;
  std::uint64_t books_restored_ = 0;
  std::vector<std::string> findings_;
  std::size_t finding_count_ = 0;
  std::string logs_;  // of the last lines
};

}  // namespace acts::sim
