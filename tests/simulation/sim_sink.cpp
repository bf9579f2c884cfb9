#include "simulation/sim_sink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

#include "binance/rate_budget.hpp"

namespace acts::sim {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kUsualCall = 300ms;
constexpr Nanos kBetweenSteps = 100ms;
// A row a minute and symbol: looked for less often than live, where it costs nothing that simulated hours are many.
constexpr Nanos kPoll = 1min;
constexpr std::size_t kBatch = 12;

std::unexpected<Error> no_answer() { return fail(ErrorCode::kRetry, "no answer"); }

}  // namespace

Nanos SimSink::takes() { return Nanos{random_.below((trouble_.slow + kUsualCall).count())}; }

bool SimSink::refuses(const MinuteRow& row) const {
  return refuses_one_in_ > 0 && (row.sample_time().value / kMinute.count()) % refuses_one_in_ == 0;
}

std::size_t SimSink::store(std::span<const MinuteRow> rows) {
  std::size_t stored = 0;
  for (const MinuteRow& row : rows) {
    if (refuses(row)) continue;
    rows_.insert_or_assign({row.venue(), row.symbol(), row.sample_time()}, row);
    ++stored;
  }
  return stored;
}

void SimSink::take_some(std::span<const MinuteRow> rows) {
  store(rows.first(static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(rows.size()) + 1))));
}

Result<std::vector<std::string>> SimSink::open(const RowSchema& /*schema*/) {
  if (trouble_.down) return no_answer();
  return std::vector<std::string>{};
}

Result<std::vector<Refusal>> SimSink::write(std::span<const MinuteRow> rows) {
  ++counts_.writes;
  if (trouble_.down) return no_answer();
  std::vector<Refusal> refusals;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (refuses(rows[i])) refusals.push_back({i, "not this one"});
  }
  const bool refused_whole = !names_rows_ && !refusals.empty();
  if (trouble_.fails_one_in > 0 && random_.one_in(trouble_.fails_one_in)) {
    const auto most = static_cast<std::int64_t>(refused_whole ? 0 : rows.size());
    const auto count = random_.one_in(2) ? most : random_.below(most + 1);
    if (store(rows.first(static_cast<std::size_t>(count))) > 0) ++counts_.unanswered;
    return no_answer();
  }
  if (refused_whole) return fail(ErrorCode::kBadInput, "not all of these");
  store(rows);
  counts_.refused += refusals.size();
  return refusals;
}

Result<std::vector<MinuteRow>> SimSink::read(const std::string& venue, const std::string& symbol) {
  std::vector<MinuteRow> found;
  for (const auto& [key, row] : rows_) {
    if ((venue.empty() || row.venue() == venue) && (symbol.empty() || row.symbol() == symbol)) found.push_back(row);
  }
  return found;
}

Result<void> SimSink::remove(const std::string& venue, const std::string& symbol) {
  std::erase_if(rows_,
                [&](const auto& one) { return std::get<0>(one.first) == venue && std::get<1>(one.first) == symbol; });
  return {};
}

SimFeeder::SimFeeder(std::string data_path, std::string name, SimSink& sink, std::uint64_t seed)
    : data_path_(std::move(data_path)), name_(std::move(name)), sink_(sink), random_(seed), next_(binance::kNever) {}

void SimFeeder::begin_run() {
  DeliveryOptions options;
  options.batch = kBatch;
  options.poll = kPoll;
  options.seed = random_.next();
  delivery_.emplace(options);
  next_ = now_;
}

// Rows that wait may just have been sent: some of them have come to the sink, and no cursor has moved.
void SimFeeder::crash() {
  if (outbox_ != nullptr && random_.one_in(2)) {
    if (const auto waiting = outbox_->read(kBatch)) sink_.take_some(waiting->rows);
  }
  failures_ = failures();
  result_.reset();
  outbox_.reset();
  delivery_.reset();
  next_ = binance::kNever;
}

// One step: what a write said, or what Delivery wants next.
void SimFeeder::work(UnixNanos now) {
  now_ = now;
  next_ = now + Nanos{random_.below(kBetweenSteps.count())};
  if (result_) {
    delivery_->on_sent(*std::exchange(result_, std::nullopt), clock());
  } else {
    std::visit([this](const auto& what) { carry(what); }, delivery_->next(clock()));
  }
}

void SimFeeder::carry(Delivery::Connect /*connect*/) {
  if (outbox_ == nullptr) {
    auto opened = Outbox::open(data_path_, name_);
    if (!opened) return delivery_->on_connected(std::unexpected(opened.error()), clock());
    outbox_ = std::move(*opened);
  }
  const auto made = sink_.open(outbox_->schema());
  delivery_->on_connected(made ? Result<void>{} : std::unexpected(made.error()), clock());
}

void SimFeeder::carry(Delivery::Read read) {
  auto found = outbox_->read(read.max);
  if (!found) return delivery_->on_read(std::unexpected(found.error()), clock());
  batch_ = std::move(*found);
  delivery_->on_read(batch_.rows.size(), clock());
}

void SimFeeder::carry(Delivery::Send send) {
  result_ = sink_.write(std::span(batch_.rows).subspan(send.first, send.count));
  const Nanos takes = sink_.takes();
  if (takes > SinkLimits{}.answer) result_ = no_answer();
  next_ = now_ + std::min(takes, SinkLimits{}.answer);
}

void SimFeeder::carry(const Delivery::SetAside& aside) {
  delivery_->on_set_aside(outbox_->set_aside(batch_.rows[aside.row], batch_.changes[aside.row], aside.reason), clock());
}

void SimFeeder::carry(Delivery::Advance /*advance*/) {
  delivery_->on_advanced(outbox_->advance(batch_.changes.back()), clock());
}

bool SimFeeder::has_all() const {
  if (result_ || !delivery_->status().idle) return false;
  const auto lag = outbox_->lag();
  return lag && lag->rows == 0;
}

void SimFeeder::carry(Delivery::Wait wait) { next_ = UnixNanos{} + wait.until; }

}  // namespace acts::sim
