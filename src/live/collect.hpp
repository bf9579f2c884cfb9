// A running collector: one VenueRun a venue, the store behind them, /metrics and /health beside them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/clock.hpp"
#include "acts/base/result.hpp"

#include "live/health_text.hpp"
#include "live/row_writer.hpp"
#include "live/settings.hpp"
#include "live/state_log.hpp"
#include "live/venue_run.hpp"
#include "net/event_loop.hpp"
#include "net/server.hpp"

namespace acts {

// For whoever watches or tests a run. Any may be left empty.
struct CollectHooks {
  std::function<void(const MinuteRow&)> row;
  std::function<void(Venue, const collector::Log&)> log;
  // Instead of SQLite in the data directory.
  std::function<Result<std::unique_ptr<FeatureStore>>(const RowSchema&)> open_store;
  // Changes what the settings do not tell.
  std::function<void(collector::CollectorOptions&)> tune;
};

class CollectRun {
 public:
  // Opens the store and, if wanted, the metrics port. Loop and clock outlive the object. Errors: kUsage, kStorage.
  static Result<std::unique_ptr<CollectRun>> make(EventLoop& loop, Clock& clock, CollectSettings settings,
                                                  CollectHooks hooks);
  ~CollectRun();

  void start();
  // Closes connections, then calls `done` in the loop once everything has ended or kStopLimit of real time is over.
  void stop(std::string_view reason, std::function<void()> done);
  // After stop(): rows and recording are brought to the disk. False, with a line in the log, if the limit was too
  // short.
  bool drain();
  // As wanted now: symbols, of other venues than before too, and logging. A warning in the log names each key that
  // differs and would need a restart. Errors: kUsage, kStorage; then nothing has changed.
  Result<void> reload(const CollectSettings& wanted);

  [[nodiscard]] std::vector<collector::Health> health();
  [[nodiscard]] ProcessHealth process_health() const;
  [[nodiscard]] const CollectSettings& settings() const { return settings_; }
  [[nodiscard]] std::optional<std::uint16_t> metrics_port() const { return metrics_port_; }
  [[nodiscard]] const std::vector<std::unique_ptr<VenueRun>>& venues() const { return venues_; }

  static constexpr Nanos kStopLimit = std::chrono::seconds{8};
  static constexpr Nanos kDrainLimit = std::chrono::seconds{15};

 private:
  CollectRun(EventLoop& loop, Clock& clock, CollectSettings settings, CollectHooks hooks);
  Result<void> open_store();
  Result<std::unique_ptr<VenueRun>> make_venue(Venue venue, std::vector<std::string> symbols,
                                               const VenueAddresses& addresses);
  void add_venue(Venue venue, std::unique_ptr<VenueRun> run);
  void warn_of_unused(const CollectSettings& wanted);
  void note_states();
  Result<void> serve();
  void answer(const HttpServerRequest& request, HttpReply reply);
  void log(Venue venue, const collector::Log& line);
  void poll_stopped(std::function<void()> done, Nanos left);

  EventLoop& loop_;
  Clock& clock_;
  CollectSettings settings_;
  CollectHooks hooks_;
  std::unique_ptr<RowWriter> rows_;
  std::vector<Venue> venue_of_;
  std::vector<std::unique_ptr<VenueRun>> venues_;
  std::vector<StateLog> states_;  // by venue, as venues_
  std::optional<EventLoop::TimerId> states_timer_;
  bool ending_ = false;
  std::unique_ptr<Server> server_;
  std::optional<std::uint16_t> metrics_port_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace acts
