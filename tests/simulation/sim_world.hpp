// The collector's state machine and a venue of the exchange in one thread and in virtual time, with a simulated network
// between them: latency, order, outages, handshakes, timeouts; and after each kill what EarlierRun makes of what is on
// the simulated disk. It carries and decides nothing; what is wrong is found by SimChecks; of the recording by
// SimRecorder, of the rows by SimStore.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/forward_time.hpp"

#include "collector/collector.hpp"
#include "exchange/venue_core.hpp"
#include "live/cooldown_file.hpp"
#include "live/earlier_run.hpp"
#include "live/held.hpp"
#include "simulation/sim_books.hpp"
#include "simulation/sim_checks.hpp"
#include "simulation/sim_disk.hpp"
#include "simulation/sim_plan.hpp"
#include "simulation/sim_recorder.hpp"
#include "simulation/sim_store.hpp"

namespace acts::sim {

class SimWorld {
 public:
  explicit SimWorld(SimPlan plan);
  SimWorld(const SimWorld&) = delete;
  SimWorld& operator=(const SimWorld&) = delete;

  // Once. What was found wrong is in checks().
  void run();

  [[nodiscard]] const SimChecks& checks() const { return *checks_; }
  [[nodiscard]] const exchange::VenueCore& venue() const { return *core_; }
  [[nodiscard]] const SimDisk& disk() const { return disk_; }
  [[nodiscard]] const SimRecorder& recorder() const { return recorder_; }
  [[nodiscard]] const SimBooks& books() const { return books_; }
  [[nodiscard]] const SimStore& store() const { return store_; }
  [[nodiscard]] std::uint64_t killed_when_refused() const { return killed_when_refused_; }
  // How often reading was paused, as the recording's queue was full; and how often the venue's time was asked for then,
  // which is all that may be.
  [[nodiscard]] std::uint64_t pauses() const { return pauses_; }
  [[nodiscard]] std::uint64_t times_asked_while_paused() const { return times_asked_; }

  // A message above this is not kept by the simulated client, as above 16 MiB by the real one.
  static constexpr std::size_t kMaxMessage = 64 * 1024;

 private:
  using Event = std::function<void()>;
  // A connection as the network sees it.
  struct Line {
    exchange::SessionId session = 0;  // 0: not opened at the venue (yet)
    Nanos idle{0};
    bool open = false;    // the collector was told so
    bool gone = false;    // the collector was told its end
    bool broken = false;  // an outage has cut it: neither side hears the other any more
    UnixNanos last_down;  // when the last message arrived, or will
    UnixNanos last_up;
    UnixNanos last_byte;  // at the collector
  };

  void at(UnixNanos when, Event event) { events_.emplace(when, std::move(event)); }
  // What reaches the collector waits while its process sleeps.
  void at_collector(UnixNanos when, Event event);
  [[nodiscard]] UnixNanos awake(UnixNanos when) const;
  [[nodiscard]] const Pause* outage(UnixNanos when) const;
  Nanos travel();
  // What the process takes for the time.
  UnixNanos ours();
  Nanos real_time_until(UnixNanos deadline);

  void watch_recorder();
  void check_queue();
  void resume_reading();
  void plan_disk();
  void plan_rows();
  void begin_run();
  void kill(const Kill& kill);
  void on_refused(collector::Cooldown::Scope scope, const HttpResponse& response, UnixNanos replied);
  void keep_cooldown(const collector::Cooldown& cooldown);
  void keep_cooldowns(std::uint64_t run);
  void step_clock(Nanos by);
  void look_back();
  void give_held();
  void save(const collector::SaveBook& book);
  void check_place(const std::string& path, std::uint64_t kept);
  void check_places(std::uint64_t kept);
  void check_replays();
  void step(UnixNanos end);
  void run_venue();
  void carry_out();
  void carry_out(const collector::Action& action);
  void open(const collector::OpenConnection& action);
  void handshake(collector::ConnectionNumber number, const std::string& url, UnixNanos sent);
  void close(const collector::CloseConnection& action);
  void send(const collector::SendText& action);
  void get(const collector::HttpGet& action);
  [[nodiscard]] SimChecks::Listing listing_in(const exchange::RestReply& reply) const;
  void answer(collector::RequestNumber request, exchange::RestReply reply, SimChecks::Listing listing);
  void deliver(collector::RequestNumber request, const exchange::RestReply& reply, const SimChecks::Listing& listing,
               UnixNanos replied);
  void down(const exchange::Outgoing& one);
  void deliver(collector::ConnectionNumber number, const exchange::Outgoing& one);
  void end_line(collector::ConnectionNumber number, const collector::ClosedInfo& info);
  void watch_idleness(collector::ConnectionNumber number);
  void forget_at_venue(const Line& line);

  SimPlan plan_;
  exchange::Random random_;
  UnixNanos now_;
  Nanos wall_offset_{0};  // of the process's clock
  ForwardTime clock_;
  std::multimap<UnixNanos, Event> events_;
  exchange::MarketClock market_clock_;
  std::unique_ptr<exchange::VenueCore> core_;
  SimDisk disk_;
  SimRecorder recorder_;
  SimBooks books_;
  SimStore store_;
  CollectSettings settings_;  // of EarlierRun
  std::unique_ptr<SimChecks> checks_;
  std::optional<EarlierRun> earlier_;
  EarlierCooldowns earlier_cooldowns_;
  std::map<collector::Cooldown::Scope, collector::Cooldown> unkept_;  // could not be written yet
  std::uint64_t killed_when_refused_ = 0;
  bool is_to_be_killed_ = false;
  int disk_hangs_ = 0;  // how many things hold it up
  std::optional<UnixNanos> paused_at_;
  std::deque<std::pair<collector::ConnectionNumber, exchange::Outgoing>> unread_;  // what has come since
  std::uint64_t pauses_ = 0;
  std::uint64_t times_asked_ = 0;
  std::unique_ptr<collector::Collector> collector_;
  HeldRows held_rows_;
  HeldBooks held_books_;
  std::map<std::string, std::uint64_t> places_;  // of checkpoints, by path: what the recording had been told with it
  // Handed on in this run though the recording got no further, and how much it had been told.
  struct GivenEarly {
    std::string symbol;
    UnixNanos sample_time;
    std::uint64_t told = 0;
  };
  std::vector<GivenEarly> given_early_;
  // Numbers of connections and requests begin anew with every run, those of the world do not.
  std::uint64_t run_base_ = 0;
  std::map<collector::ConnectionNumber, Line> lines_;
  std::map<exchange::SessionId, collector::ConnectionNumber> sessions_;
  std::map<collector::RequestNumber, bool> pending_;
};

}  // namespace acts::sim
