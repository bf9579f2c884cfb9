#include "live/sink_feeder.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <utility>

#include "live/book_source.hpp"
#include "live/join_or_leave.hpp"
#include "live/real_time.hpp"
#include "store/book_level.hpp"
#include "store/outbox.hpp"

namespace acts {
namespace {

constexpr Nanos kLookInterval = std::chrono::seconds{1};
// Counting what waits costs in proportion to it: a long backlog is counted less often.
constexpr std::int64_t kLongBacklog = 10'000;
constexpr Nanos kLongLookInterval = std::chrono::seconds{15};

// A level is some 150 bytes on its way, and servers take many at once better than few: ClickHouse makes a part of each.
constexpr std::size_t kBookBatch = 5000;

Result<std::unique_ptr<SinkSource>> open_source(const SinkFeederOptions& options) {
  if (options.content == SinkContent::kBooks) {
    return BookSource::open(
        {.data_dir = std::filesystem::path(options.data_path).parent_path().string(), .sink = options.sink});
  }
  auto outbox = Outbox::open(options.data_path, options.sink);
  if (!outbox) return std::unexpected(std::move(outbox.error()));
  // From now on its rows stay until it has them, also for a pruner that no configuration tells of it.
  if (auto known = (*outbox)->advance(0); !known) return std::unexpected(std::move(known.error()));
  return std::unique_ptr<SinkSource>(std::move(*outbox));
}

// "BTCUSDT 2026-..." of a row; of a level also its side and price.
std::string name_of(const MinuteRow& row, SinkContent content) {
  std::string name = fmt::format("{} {} {}", row.venue(), row.symbol(), to_iso8601(row.sample_time()));
  if (content == SinkContent::kRows) return name;
  return name + fmt::format(" {} {}", std::get<std::string>(row.values[index_of(BookColumn::kSide)]),
                            to_string(std::get<Decimal>(row.values[index_of(BookColumn::kPrice)])));
}

}  // namespace

struct SinkFeeder::State {
  explicit State(SinkFeederOptions the_options) : options(std::move(the_options)), delivery(options.delivery) {}

  void run();
  void carry(Delivery::Connect connect);
  void carry(Delivery::Read read);
  void carry(Delivery::Send send);
  void carry(const Delivery::SetAside& aside);
  void carry(Delivery::Advance advance);
  void carry(Delivery::Wait wait);
  Result<void> connect();
  Result<void> check_room(bool counts);
  void note_unreadable();
  void look();
  void publish();
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool cancelled();

  const SinkFeederOptions options;
  // Of the thread.
  std::unique_ptr<Sink> sink;
  std::unique_ptr<SinkSource> source;
  Delivery delivery;
  OutboxBatch batch;
  std::int64_t rejected = 0;  // or fewer: what was set aside once more is counted twice
  bool is_stopped = false;
  std::optional<RealTime> looked_at;

  mutable std::mutex mutex;
  std::condition_variable changed;
  Status status;
  std::optional<RealTime> attempt_since;
  std::optional<RealTime> refused_at;
  std::optional<RealTime> stop_at;  // set: it is to end, then at the latest
  bool none_left = false;           // found out after stop()
  bool ended = false;
};

Result<std::unique_ptr<SinkFeeder>> SinkFeeder::start(SinkFeederOptions options, const MakeSink& make_sink) {
  auto state = std::make_shared<State>(std::move(options));
  state->status.sink = state->options.sink;
  state->status.content = state->options.content;
  SinkLimits limits = sink_limits(state->options.limits.connect, state->options.limits.answer);
  // The state owns the sink, which must not own the state.
  limits.cancelled = [weak = std::weak_ptr(state)] {
    const auto locked = weak.lock();
    return !locked || locked->cancelled();
  };
  auto sink = make_sink(std::move(limits));
  if (!sink) return std::unexpected(std::move(sink.error()));
  state->sink = std::move(*sink);
  return std::unique_ptr<SinkFeeder>(new SinkFeeder(std::move(state)));
}

SinkFeeder::SinkFeeder(std::shared_ptr<State> state)
    : state_(std::move(state)), thread_([shared = state_] { shared->run(); }) {}

SinkFeeder::~SinkFeeder() {
  std::unique_lock lock(state_->mutex);
  state_->stop_at = real_now();
  join_or_leave(thread_, std::move(lock), state_->changed, state_->ended, kEndLimit);
}

void SinkFeeder::stop() {
  {
    const std::scoped_lock lock(state_->mutex);
    if (!state_->stop_at) state_->stop_at = real_now() + state_->options.last_delivery;
  }
  state_->changed.notify_all();
}

SinkFeeder::Status SinkFeeder::status() const {
  const std::scoped_lock lock(state_->mutex);
  Status status = state_->status;
  status.attempt_age = age_of(state_->attempt_since);
  status.refused_age = age_of(state_->refused_at);
  status.ended = state_->ended;
  return status;
}

bool SinkFeeder::State::cancelled() {
  const std::scoped_lock lock(mutex);
  return stop_at && real_now() >= *stop_at;
}

// `mutex` is held.
bool SinkFeeder::State::is_over() const {
  return stop_at && (real_now() >= *stop_at || none_left || !status.delivery.failure.empty());
}

void SinkFeeder::State::run() {
  for (;;) {
    const Delivery::Action action = delivery.next(real_nanos());
    {
      const std::scoped_lock lock(mutex);
      if (is_over()) break;
      if (!std::holds_alternative<Delivery::Wait>(action)) attempt_since = real_now();
    }
    std::visit([this](const auto& what) { carry(what); }, action);
    look();
    publish();
  }
  looked_at.reset();
  look();
  sink.reset();
  source.reset();
  const std::scoped_lock lock(mutex);
  ended = true;
  changed.notify_all();
}

void SinkFeeder::State::carry(Delivery::Connect) { delivery.on_connected(connect(), real_nanos()); }

Result<void> SinkFeeder::State::connect() {
  if (!source) {
    auto opened = open_source(options);
    if (!opened) return std::unexpected(std::move(opened.error()));
    source = std::move(*opened);
  }
  if (auto room = check_room(true); !room) return room;
  const auto made = sink->open(source->schema());
  if (!made) return std::unexpected(made.error());
  const std::scoped_lock lock(mutex);
  status.made_count += made->size();
  if (!made->empty()) status.made = fmt::format("{}", fmt::join(*made, "; "));
  return {};
}

Result<void> SinkFeeder::State::check_room(bool counts) {
  if (counts || rejected >= options.most_rejected) {
    const auto counted = source->rejected();
    if (!counted) return std::unexpected(counted.error());
    rejected = *counted;
  }
  is_stopped = rejected >= options.most_rejected;
  if (!is_stopped) return {};
  return fail(ErrorCode::kRefused,
              fmt::format("stopped, as {} {} are set aside (most_rejected): mend what 'acts rows rejected' tells, then "
                          "send them again or raise most_rejected",
                          rejected, options.content == SinkContent::kRows ? "rows" : "levels of books"));
}

void SinkFeeder::State::carry(Delivery::Read read) {
  if (const auto room = check_room(false); !room) return delivery.on_read(std::unexpected(room.error()), real_nanos());
  bool is_last_look = false;
  {
    const std::scoped_lock lock(mutex);
    is_last_look = stop_at.has_value();
  }
  auto found = source->read(read.max);
  if (!found) return delivery.on_read(std::unexpected(std::move(found.error())), real_nanos());
  batch = std::move(*found);
  note_unreadable();
  if (is_last_look && batch.rows.empty() && batch.unreadable.empty()) {
    const std::scoped_lock lock(mutex);
    none_left = true;
  }
  delivery.on_read(batch.rows.size(), real_nanos());
  if (batch.rows.empty() && !batch.unreadable.empty()) delivery.look_now();
}

void SinkFeeder::State::note_unreadable() {
  if (batch.unreadable.empty()) return;
  const std::scoped_lock lock(mutex);
  status.unreadable += batch.unreadable.size();
  status.refusal = batch.unreadable.back();
  refused_at = real_now();
}

void SinkFeeder::State::carry(Delivery::Send send) {
  delivery.on_sent(sink->write(std::span(batch.rows).subspan(send.first, send.count)), real_nanos());
}

void SinkFeeder::State::carry(const Delivery::SetAside& aside) {
  if (const auto room = check_room(false); !room) return delivery.on_set_aside(room, real_nanos());
  const MinuteRow& row = batch.rows[aside.row];
  const Result<void> kept = source->set_aside(row, batch.changes[aside.row], aside.reason);
  if (kept) {
    const std::scoped_lock lock(mutex);
    status.refusal = fmt::format("{}: {}", name_of(row, options.content), aside.reason);
    refused_at = real_now();
    ++rejected;
  }
  delivery.on_set_aside(kept, real_nanos());
}

// The only place where a cursor moves, and Delivery asks for it only when every row of the batch is confirmed.
void SinkFeeder::State::carry(Delivery::Advance) {
  delivery.on_advanced(source->advance(batch.changes.back()), real_nanos());
}

void SinkFeeder::State::carry(Delivery::Wait wait) {
  std::unique_lock lock(mutex);
  const Nanos span = std::min(wait.until - real_nanos(), kLookInterval);
  const bool stopping = stop_at.has_value();
  if (changed.wait_for(lock, span, [this, stopping] { return stop_at.has_value() != stopping; })) delivery.look_now();
}

void SinkFeeder::State::look() {
  const Nanos interval = status.lag.rows < kLongBacklog || delivery.status().idle ? kLookInterval : kLongLookInterval;
  if (!source || (looked_at && real_now() - *looked_at < interval)) return;
  looked_at = real_now();
  const auto lag = source->lag();
  if (!lag) return;  // the next read will say it
  const std::scoped_lock lock(mutex);
  status.lag = *lag;
}

void SinkFeeder::State::publish() {
  const std::scoped_lock lock(mutex);
  attempt_since.reset();
  status.delivery = delivery.status();
  status.rejected = rejected;
  status.is_stopped = is_stopped;
}

SinkLimits sink_limits(Nanos connect, Nanos answer) {
  return {.connect = connect, .answer = answer, .now = real_nanos, .cancelled = nullptr};
}

Result<std::vector<std::unique_ptr<SinkFeeder>>> start_sinks(const std::vector<SinkSettings>& sinks,
                                                             const std::string& data_path, std::uint64_t seed) {
  std::vector<std::unique_ptr<SinkFeeder>> feeders;
  for (const SinkContent content : {SinkContent::kRows, SinkContent::kBooks}) {
    for (const SinkSettings& settings : sinks) {
      if (content == SinkContent::kBooks && !settings.books) continue;
      SinkFeederOptions options;
      options.sink = settings.name;
      options.content = content;
      options.data_path = data_path;
      options.most_rejected = settings.most_rejected;
      options.delivery.seed = seed++;
      if (content == SinkContent::kBooks) options.delivery.batch = kBookBatch;
      auto feeder = SinkFeeder::start(
          std::move(options), [&](SinkLimits limits) { return make_sink(settings, content, std::move(limits)); });
      if (!feeder) {
        return fail(feeder.error().code, fmt::format("[sinks.{}]: {}", settings.name, feeder.error().message));
      }
      feeders.push_back(std::move(*feeder));
    }
  }
  return feeders;
}

}  // namespace acts
