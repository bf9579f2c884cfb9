// A running collector: one VenueRun a venue, the store behind them, /metrics and /health beside them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/clock.hpp"
#include "acts/base/result.hpp"

#include "collector/alerts.hpp"
#include "live/alert_sender.hpp"
#include "live/data_lock.hpp"
#include "live/earlier_run.hpp"
#include "live/health_text.hpp"
#include "live/process_health.hpp"
#include "live/restore_thread.hpp"
#include "live/retention_thread.hpp"
#include "live/row_writer.hpp"
#include "live/settings.hpp"
#include "live/sink_feeder.hpp"
#include "live/state_log.hpp"
#include "live/venue_run.hpp"
#include "net/event_loop.hpp"
#include "net/server.hpp"

namespace acts {

// For whoever watches or tests a run. Any may be left empty.
struct CollectHooks {
  std::string version = {};  // of the program, for recordings and alerts
  std::function<void(const MinuteRow&)> row;
  std::function<void(std::optional<Venue>, const collector::Log&)> log;  // no venue: of the process
  // Instead of SQLite in the data directory.
  std::function<Result<std::unique_ptr<FeatureStore>>(const RowSchema&)> open_store;
  // Changes what the settings do not tell.
  std::function<void(collector::CollectorOptions&)> tune;
  RecordingMedium recording = {};
  // Asked again and again while make() seals and reads what the last run has left; true ends it. Empty: nothing does.
  std::function<bool()> is_stopped;
  Nanos alert_interval = AlertChannel::kInterval;  // of real time
  // Of real time, for all that stop() and drain() wait for together. The service unit allows more.
  Nanos stop_limit = std::chrono::seconds{20};
  // Of real time, for what was recorded last of the symbols that reload() adds.
  Nanos added_limit = EarlierRun::kAddedLimit;
};

class CollectRun {
 public:
  // Locks the data directory, opens the store and, if wanted, the metrics port. Loop and clock outlive the object.
  // What the last run has left open is sealed and its books are read: that may take EarlierRun's limits.
  // Errors: kUsage, kStorage, kCancelled: CollectHooks::is_stopped.
  static Result<std::unique_ptr<CollectRun>> make(EventLoop& loop, Clock& clock, CollectSettings settings,
                                                  CollectHooks hooks);
  ~CollectRun();

  void start();
  // Closes connections, brings rows and recordings to the disk, then calls `done` in the loop: once all of that is
  // done, or CollectHooks::stop_limit after the first call, whatever hangs.
  void stop(std::string_view reason, std::function<void()> done);
  // After stop() has called back: waits for what is left of stop_limit if it has not. False, with a line in the log
  // that says how much, if something is not on the disk.
  bool drain();
  // As wanted now: symbols, of other venues than before too, and logging. A warning in the log names each key that
  // differs and would need a restart. Errors: kUsage, kStorage; then nothing has changed.
  // Symbols that were not collected before need what earlier runs have left of them: it is read on another thread, and
  // all of the symbols are as wanted once it is. What is wanted meanwhile comes after that, the latest of it alone.
  Result<void> reload(const CollectSettings& wanted);
  // Something that is wanted waits for what earlier runs have left.
  [[nodiscard]] bool is_reloading() const { return restore_ != nullptr; }

  [[nodiscard]] std::vector<collector::Health> health();
  [[nodiscard]] ProcessHealth process_health() const;
  [[nodiscard]] const CollectSettings& settings() const { return settings_; }
  [[nodiscard]] std::optional<std::uint16_t> metrics_port() const { return metrics_port_; }
  [[nodiscard]] const std::vector<std::unique_ptr<VenueRun>>& venues() const { return venues_; }

  static constexpr Nanos kConnectionsLimit = std::chrono::seconds{8};  // of it, for the closing of connections
  static constexpr Nanos kAlertsLimit = std::chrono::seconds{5};       // and for the word that alerts are over

 private:
  // What is wanted, and its symbols.
  struct Reload {
    CollectSettings wanted;
    EarlierRun::Symbols symbols;
  };

  CollectRun(EventLoop& loop, Clock& clock, CollectSettings settings, CollectHooks hooks);
  Result<void> open_store(const EarlierRun::Symbols& symbols);
  [[nodiscard]] bool is_stopped() const;
  Result<std::unique_ptr<VenueRun>> make_venue(Venue venue, std::vector<std::string> symbols,
                                               const VenueAddresses& addresses);
  Result<VenueRunOptions> venue_options(Venue venue, std::vector<std::string> symbols, const VenueAddresses& addresses);
  void store_missed(MissedMinutes missed);
  // In the order in which they were typed. Errors: kUsage.
  static Result<EarlierRun::Symbols> by_venue(const CollectSettings& settings);
  Result<void> check_added_venues(const Reload& reload);
  Result<void> begin_reload(Reload reload);
  Result<void> take_over(Reload reload, std::vector<std::pair<Venue, Result<MissedMinutes>>> missed);
  void restore_added(Reload reload, EarlierRun::Symbols added);
  void on_restored(Reload reload, RestoredSymbols restored);
  [[nodiscard]] EarlierRun::Symbols added_by(const EarlierRun::Symbols& wanted) const;
  // Also if it is not collected any more.
  [[nodiscard]] bool has_had(Venue venue, const std::string& typed) const;
  void store_missed_of_added(std::vector<std::pair<Venue, Result<MissedMinutes>>> missed);
  void say_restored(const MissedMinutes& missed);
  void add_venue(Venue venue, std::unique_ptr<VenueRun> run);
  void warn_of_unused(const CollectSettings& wanted);
  void note_states();
  Result<void> serve();
  void answer(const HttpServerRequest& request, HttpReply reply);
  Result<std::unique_ptr<FeatureStore>> open_sqlite(const RowSchema& schema, const EarlierRun::Symbols& symbols,
                                                    MissedMinutes& missed);
  void log(std::optional<Venue> venue, const collector::Log& line);
  void watch();
  Result<void> open_alerts();
  void watch_alerts(const ProcessHealth& process);
  void tell(const collector::Alert& alert);
  void end_alerts();
  void start_retention();
  void begin_stop();
  void begin_drain();
  void say_what_sinks_lack();
  [[nodiscard]] bool drained() const;
  [[nodiscard]] Nanos stopping_for() const;
  void poll_stopped(std::function<void()> done);
  void poll_drained(std::function<void()> done);

  EventLoop& loop_;
  Clock& clock_;
  CollectSettings settings_;
  CollectHooks hooks_;
  std::optional<FileLock> lock_;  // let go of last
  EarlierRun earlier_;
  EarlierRun::Symbols symbols_;             // taken over
  std::unique_ptr<RestoreThread> restore_;  // while it is at work
  std::optional<Reload> next_reload_;       // begins after it
  UnixNanos started_at_;
  std::map<Venue, UnixNanos> begun_at_;  // of runs whose symbols are known
  std::unique_ptr<RowWriter> rows_;
  std::vector<std::unique_ptr<SinkFeeder>> sinks_;
  std::unique_ptr<RetentionThread> retention_;  // none: all is kept
  std::vector<Venue> venue_of_;
  std::vector<std::unique_ptr<VenueRun>> venues_;
  std::vector<StateLog> states_;  // by venue, as venues_
  std::optional<EventLoop::TimerId> states_timer_;
  bool ending_ = false;
  std::unique_ptr<Server> server_;
  std::optional<std::uint16_t> metrics_port_;
  ProcessWatch watch_;
  std::unique_ptr<HttpClient> alert_client_;
  std::vector<std::unique_ptr<AlertChannel>> alert_channels_;
  collector::AlertBook alerts_{Nanos{0}};
  std::optional<EventLoop::TimerId> watch_timer_;
  std::optional<std::chrono::steady_clock::time_point> stop_began_;
  bool draining_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace acts
