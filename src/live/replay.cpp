#include "live/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "binance/venue_of_update.hpp"
#include "collector/actions.hpp"
#include "collector/symbol_status.hpp"
#include "live/missed_minutes.hpp"

namespace acts {
namespace {

// An asset stands for its USDT pair.
bool means(std::string_view wish, std::string_view symbol) {
  constexpr std::string_view kUsdt = "USDT";
  if (symbol == wish) return true;
  return symbol.size() == wish.size() + kUsdt.size() && symbol.starts_with(wish) && symbol.ends_with(kUsdt);
}

bool is_wanted(const std::vector<std::string>& wishes, std::string_view symbol) {
  return wishes.empty() || std::ranges::any_of(wishes, [&](const std::string& wish) { return means(wish, symbol); });
}

collector::PipelineOptions pipeline_options(const ReplayOptions& options) {
  collector::PipelineOptions result;
  result.venue = options.venue;
  result.bands = options.bands.value_or(options.untold.bands);
  result.stale_after = options.stale_after.value_or(options.untold.stale_after);
  result.features = options.features;
  result.add_unknown_symbols = true;
  result.wants_unknown_symbol = [wishes = options.symbols](std::string_view symbol) {
    return is_wanted(wishes, symbol);
  };
  return result;
}

UnixNanos time_of(const RecordedItem& item) {
  const auto* line = std::get_if<RecordedLine>(&item);
  return line != nullptr ? line->ts_recv : std::get<IndexEntry>(item).ts;
}

std::string level_text(const std::optional<BookLevel>& level, Scales scales) {
  if (!level) return "none";
  return fmt::format("{} x {}", to_string(to_decimal(level->price, scales)),
                     to_string(to_decimal(level->quantity, scales)));
}

}  // namespace

Replay::Replay(ReplayOptions options, std::function<void(MinuteRow&&)> rows, std::function<void(std::string)> problem)
    : options_(std::move(options)),
      rows_(std::move(rows)),
      problem_(std::move(problem)),
      pipeline_(pipeline_options(options_), [this](MinuteRow&& row) { on_row(std::move(row)); }),
      settings_(options_.untold) {
  skipping_ = options_.begins_at_book;
  pipeline_.set_tap([this](const binance::Message& message) { on_decoded(message); });
}

Result<void> Replay::run(RecordingReader& reader) {
  return run(reader, [] { return false; });
}

Result<void> Replay::run(RecordingReader& reader, const std::function<bool()>& stop) {
  if (Result<void> done = read(reader, stop); !done) return done;
  return end();
}

Result<void> Replay::read(RecordingReader& reader, const std::function<bool()>& stop) {
  constexpr std::uint64_t kAskEvery = 4096;
  for (std::uint64_t items = 1;; ++items) {
    if (items % kAskEvery == 0 && stop()) return fail(ErrorCode::kCancelled, "it was stopped");
    const Result<bool> goes_on = read_item(reader);
    if (!goes_on) return std::unexpected(goes_on.error());
    if (!*goes_on) return {};
  }
}

Result<bool> Replay::step(RecordingReader& reader) {
  const Result<bool> goes_on = read_item(reader);
  if (!goes_on || *goes_on) return goes_on;
  if (Result<void> done = end(); !done) return std::unexpected(done.error());
  return false;
}

Result<bool> Replay::read_item(RecordingReader& reader) {
  const Result<std::optional<RecordedItem>> item = reader.next();
  if (!item) {
    if (item.error().code == ErrorCode::kStorage) return std::unexpected(item.error());
    ++unreadable_;
    problem_(item.error().message);
    return true;
  }
  if (!*item) return false;
  if (Result<void> done = take(**item); !done) return std::unexpected(done.error());
  return true;
}

Result<void> Replay::take(const RecordedItem& item) {
  // Read on all the same: a damaged time may lie ahead of what is still to come.
  if (options_.until && time_of(item) >= *options_.until) return {};
  return on_item(item);
}

Result<void> Replay::end() {
  if (Result<void> done = on_kept(guard_.release_last()); !done) return done;
  end_file();
  return {};
}

Result<void> Replay::on_item(const RecordedItem& item) {
  if (skipping_) {
    const auto* entry = std::get_if<IndexEntry>(&item);
    const auto* saved = entry == nullptr ? nullptr : std::get_if<index::BookSaved>(&entry->event);
    skipping_ = saved == nullptr || given_book(saved->symbol, saved->fingerprint, entry->ts) == nullptr;
    if (skipping_) return {};
  }
  const auto* line = std::get_if<RecordedLine>(&item);
  const UnixNanos ts = time_of(item);
  if (Result<void> done = on_kept(guard_.release(ts)); !done) return done;
  if (line != nullptr) return guard_.keep(*line) ? Result<void>() : on_line(*line);
  guard_.note(ts);
  on_entry(std::get<IndexEntry>(item));
  return {};
}

Result<void> Replay::on_kept(const std::optional<LeapGuard::Kept>& kept) {
  if (!kept) return {};
  if (!kept->is_damaged) return on_line(kept->line);
  answer_.reset();
  ++leaps_;
  problem_(fmt::format("{}:{}: its receive time is more than a day ahead of those around it: left out", kept->line.file,
                       kept->line.line_number));
  return {};
}

bool Replay::wanted(std::string_view symbol) const { return is_wanted(options_.symbols, symbol); }

std::vector<std::string> Replay::missing_symbols() const {
  std::vector<std::string> missing = options_.symbols;
  for (collector::InstrumentIndex index = 0; index < pipeline_.size(); ++index) {
    std::erase_if(missing, [&](const std::string& wish) { return means(wish, pipeline_.symbol(index)); });
  }
  return missing;
}

void Replay::on_row(MinuteRow&& row) {
  row.values.resize(pipeline_.schema().columns.size());  // rows that are made up know no more features
  last_rows_[row.symbol()] = row.sample_time();
  rows_(std::move(row));
}

const BookFile* Replay::given_book(std::string_view symbol, std::uint64_t fingerprint,
                                   std::optional<UnixNanos> saved_at) {
  const auto found = std::ranges::find_if(options_.books, [&](const BookFile& book) {
    return (!saved_at || book.saved_at == *saved_at) && book.symbol == symbol &&
           acts::fingerprint(book.saved.book.book) == fingerprint;
  });
  if (found == options_.books.end()) return nullptr;
  used_books_.insert(&*found);
  return &*found;
}

std::optional<binance::SavedBook> Replay::left_book(const std::string& symbol) const {
  const collector::InstrumentIndex index = pipeline_.find(symbol);
  if (index != collector::kNoInstrument && pipeline_.builder(index).book().has_snapshot()) {
    return pipeline_.save(index).book;
  }
  const auto left = left_.find(symbol);
  return left == left_.end() ? std::nullopt : std::optional(left->second);
}

std::vector<std::string> Replay::unused_books() const {
  std::vector<std::string> unused;
  for (const BookFile& book : options_.books) {
    if (!used_books_.contains(&book)) {
      unused.push_back(fmt::format("{} of {}", book.symbol, to_iso8601(book.saved_at)));
    }
  }
  return unused;
}

void Replay::book_saved(const index::BookSaved& saved, UnixNanos ts) {
  if (!wanted(saved.symbol)) return;
  if (const BookFile* const given = given_book(saved.symbol, saved.fingerprint, ts)) {
    if (pipeline_.find(saved.symbol) == collector::kNoInstrument) add_symbol(saved.symbol, "unknown", ts);
    pipeline_.resume(pipeline_.find(saved.symbol), given->saved, ts);
    remember_saved(saved.symbol, saved.fingerprint, given->saved.book);
    return;
  }
  const collector::InstrumentIndex index = pipeline_.find(saved.symbol);
  if (index == collector::kNoInstrument) return;
  if (!pipeline_.builder(index).book().has_snapshot()) return;  // what is read begins behind its first snapshot
  binance::SavedBook own = pipeline_.save(index).book;
  if (fingerprint(own.book) == saved.fingerprint) {
    remember_saved(saved.symbol, saved.fingerprint, std::move(own));
  } else {
    problem_(
        fmt::format("{}: the book is not the one that was saved here, at update {}", saved.symbol, saved.update_id));
  }
  pipeline_.forget_past(index);
}

void Replay::remember_saved(const std::string& symbol, std::uint64_t fingerprint, binance::SavedBook book) {
  std::vector<KeptBook>& kept = saved_[symbol];
  if (kept.size() == kKeptBooks) kept.erase(kept.begin());
  kept.push_back({fingerprint, std::move(book)});
}

const binance::SavedBook* Replay::saved_book(const std::string& symbol, std::uint64_t fingerprint) const {
  const auto of_symbol = saved_.find(symbol);
  if (of_symbol == saved_.end()) return nullptr;
  const auto found = std::ranges::find(of_symbol->second, fingerprint, &KeptBook::fingerprint);
  return found == of_symbol->second.end() ? nullptr : &found->book;
}

void Replay::book_restored(const index::BookRestored& restored, UnixNanos ts) {
  const collector::InstrumentIndex index = pipeline_.find(restored.symbol);
  if (!wanted(restored.symbol) || index == collector::kNoInstrument) return;
  if (const auto left = left_.find(restored.symbol);
      left != left_.end() &&
      (restored.fingerprint == index::kOwnBook || fingerprint(left->second.book) == restored.fingerprint)) {
    pipeline_.resume_after_pause(index, left->second, ts);
  } else if (const BookFile* const given = given_book(restored.symbol, restored.fingerprint)) {
    pipeline_.resume_after_pause(index, given->saved.book, ts);
  } else if (const binance::SavedBook* const saved = saved_book(restored.symbol, restored.fingerprint)) {
    pipeline_.resume_after_pause(index, *saved, ts);
  } else if (restored.fingerprint != index::kOwnBook) {
    is_complete_ = false;
    problem_(
        fmt::format("{}: the run began with a book, at update {}, that an earlier recording holds, and is not "
                    "known here: it begins empty",
                    restored.symbol, restored.update_id));
  }
}

// Older recordings say nothing.
std::optional<RunSettings> Replay::told(const std::string& settings) {
  if (settings.empty()) return std::nullopt;
  auto parsed = parse_run_settings(settings);
  if (parsed) return std::move(*parsed);
  problem_(fmt::format("{}: rows are made as with {}", parsed.error().message, to_string(options_.untold)));
  return std::nullopt;
}

void Replay::use(const RunSettings& settings) {
  settings_ = settings;
  pipeline_.set_rows(options_.bands.value_or(settings.bands), options_.stale_after.value_or(settings.stale_after));
}

// As the process that ran then: it knew of the run before when its last rows were, and the books that it has left.
void Replay::start_run(const std::string& settings, UnixNanos ts) {
  if (pipeline_.next_boundary()) {
    pipeline_.end_run();
    steps_.begin_run();
    run_start_ = ts;
  }
  use(told(settings).value_or(options_.untold));
  run_begin_ = ts;
  pipeline_.on_timer(ts);
  is_whole_run_ = true;
}

void Replay::continue_run(const std::string& settings, UnixNanos ts) {
  const std::optional<RunSettings> of_run = told(settings);
  if (pipeline_.next_boundary()) {
    if (!of_run || *of_run == settings_) return;
    problem_(fmt::format("a run with {} goes on where one with {} was read: is a file in between missing?",
                         to_string(*of_run), to_string(settings_)));
    pipeline_.end_run();
    steps_.begin_run();
  }
  // What is read of this run begins with this log.
  if (of_run) use(*of_run);
  pipeline_.on_timer(ts);
  is_whole_run_ = false;
  is_complete_ = false;
}

void Replay::give_missed_minutes(const std::string& symbol) {
  const auto last = last_rows_.find(symbol);
  if (!run_start_ || last == last_rows_.end() || options_.features.interval() != kMinute) return;
  MissedMinutes missed(options_.bands.value_or(settings_.bands));
  missed.add(options_.venue, symbol, last->second, *run_start_);
  for (MinuteRow& row : missed.next(MissedMinutes::kMostMinutes)) on_row(std::move(row));
}

void Replay::add_symbol(const std::string& symbol, std::string_view status, UnixNanos ts) {
  Instrument instrument;
  instrument.venue = options_.venue;
  instrument.symbol = symbol;
  if (const auto known = pipeline_.find(symbol); known == collector::kNoInstrument || !pipeline_.is_active(known)) {
    give_missed_minutes(symbol);
    if (known != collector::kNoInstrument && pipeline_.builder(known).book().has_snapshot()) {
      left_[symbol] = pipeline_.save(known).book;
    }
  }
  if (run_begin_) last_rows_.try_emplace(symbol, *run_begin_);
  const collector::InstrumentIndex index = pipeline_.add(instrument, ts);
  pipeline_.set_status(index, collector::symbol_status_from(status));
}

// Once a file: what is read by the rules of the wrong venue has books that look fine and are not. A run says where it
// was; of other recordings an update tells it.
Result<void> Replay::check_venue(const RecordedLine& line) {
  if (venue_told_) return {};
  std::string venue = std::exchange(run_venue_, {});
  if (const auto guess = binance::venue_of_update(line.json); venue.empty() && guess) venue = to_string(*guess);
  venue_told_ = !venue.empty();
  if (venue.empty() || venue == to_string(options_.venue)) return {};
  return fail(ErrorCode::kUsage, fmt::format("{}:{}: recorded from {}, not from {}: replay it with --venue {}",
                                             line.file, line.line_number, venue, to_string(options_.venue), venue));
}

Result<void> Replay::on_line(const RecordedLine& line) {
  if (line.file != file_) {
    end_file();
    file_ = line.file;
    venue_told_ = false;
  }
  if (Result<void> fits = check_venue(line); !fits) return fits;
  if (line.use == LineUse::kHeld) return {};
  note_step_back(line);
  if (answer_) {
    on_answer(line.json, line.ts_recv);
    return {};
  }
  snapshot_id_.reset();
  const collector::MessageOutcome outcome = pipeline_.on_message(line.json, line.ts_recv);
  const bool is_unwanted =
      outcome.is_data && outcome.instrument == collector::kNoInstrument && !options_.symbols.empty();
  if (!outcome.problem.empty() && !is_unwanted) {
    problem_(fmt::format("{}:{}: {}", line.file, line.line_number, outcome.problem));
  }
  checks_.resize(pipeline_.size());
  if (snapshot_id_ && !options_.answers_of.empty()) {
    // It may be all there is of the symbol.
    if (pipeline_.find(options_.answers_of) == collector::kNoInstrument && wanted(options_.answers_of)) {
      add_symbol(options_.answers_of, to_string(collector::SymbolStatus::kTrading), line.ts_recv);
    }
    give_answer({*snapshot_id_, std::string(line.json), line.ts_recv, line.line_number, options_.answers_of});
  } else if (snapshot_id_) {
    owners_.on_answer({*snapshot_id_, std::string(line.json), line.ts_recv, line.line_number});
  } else if (outcome.update && outcome.instrument != collector::kNoInstrument) {
    checks_[outcome.instrument].on_book(pipeline_.builder(outcome.instrument).book());
  }
  if (owners_.may_take()) give_answers();
  return {};
}

void Replay::note_step_back(const RecordedLine& line) {
  const std::optional<std::uint64_t> minutes = steps_.see(line.ts_recv);
  if (!minutes) return;
  problem_(
      fmt::format("{}:{}: received {} min earlier than the line before, and no minute is made twice: replay what "
                  "is of the same time each by itself",
                  line.file, line.line_number, *minutes));
}

void Replay::end_file() {
  owners_.end_file();
  give_answers();
}

void Replay::give_answers() {
  for (const binance::AnswerOwners::Answer& answer : owners_.take()) {
    if (!answer.symbol.empty()) {
      give_answer(answer);
      continue;
    }
    ++unassigned_;
    problem_(fmt::format("{}:{}: a REST depth answer of no symbol that could be told by its update ids: left out",
                         file_, answer.line_number));
  }
}

void Replay::give_answer(const binance::AnswerOwners::Answer& answer) {
  const collector::InstrumentIndex index = pipeline_.find(answer.symbol);
  if (index == collector::kNoInstrument) return;
  const binance::DepthSync::Counters& counters = pipeline_.builder(index).sync().counters();
  const std::uint64_t too_old = counters.too_old;
  depth_answer(index, answer.json, options_.limit, answer.ts_recv);
  if (counters.too_old == too_old) return;
  problem_(fmt::format("{}:{}: the REST depth answer of {} with id {} is older than the updates here: left out", file_,
                       answer.line_number, answer.symbol, answer.id.value()));
}

void Replay::on_decoded(const binance::Message& message) {
  if (std::holds_alternative<binance::OtherMessage>(message.body)) {
    ++not_decoded_;
  } else if (!std::holds_alternative<binance::ControlReply>(message.body) &&
             !std::holds_alternative<binance::VenueError>(message.body)) {
    ++events_;
  }
  const auto* snapshot = std::get_if<DepthSnapshot>(&message.body);
  if (snapshot != nullptr && message.symbol.empty()) snapshot_id_ = snapshot->last_update_id;
  if (message.symbol.empty()) return;
  if (const auto* update = std::get_if<DepthUpdate>(&message.body)) {
    const bool is_usdm = options_.venue == Venue::kBinanceUsdm;
    owners_.on_ids(message.symbol, is_usdm ? update->previous_last_update_id : update->first_update_id.previous(),
                   update->last_update_id);
  } else if (const auto* ticker = std::get_if<BookTicker>(&message.body)) {
    owners_.on_ids(message.symbol, ticker->update_id, ticker->update_id);
    if (message.instrument < checks_.size()) {
      checks_[message.instrument].on_ticker(*ticker, pipeline_.builder(message.instrument).book());
    }
  } else {
    owners_.on_message(message.symbol);
  }
}

void Replay::depth_answer(collector::InstrumentIndex index, std::string_view json, int limit, UnixNanos ts_recv) {
  if (const Result<void> done = pipeline_.on_depth_answer(index, json, limit, ts_recv); !done)
    problem_(done.error().message);
  checks_.resize(pipeline_.size());
}

// The same book, the same snapshot: a run that is read from its start must find what it found then.
void Replay::check_audit(const index::Audit& told) {
  const collector::InstrumentIndex index = wanted(told.symbol) ? pipeline_.find(told.symbol) : collector::kNoInstrument;
  if (!is_whole_run_ || index == collector::kNoInstrument) return;
  const std::optional<BookAudit>& found = pipeline_.builder(index).last_audit();
  if (found && found->update_id.value() == told.update_id && found->match == told.match && found->drift == told.drift &&
      found->ghost == told.ghost && found->missed == told.missed)
    return;
  problem_(fmt::format("{}: the run's audit of {} at update {} found {} levels alike and {}, {}, {} not; this one {}",
                       file_, told.symbol, told.update_id, told.match, told.drift, told.ghost, told.missed,
                       found ? fmt::format("{} and {}, {}, {} at update {}", found->match, found->drift, found->ghost,
                                           found->missed, found->update_id.value())
                             : "none"));
}

void Replay::on_answer(std::string_view json, UnixNanos ts_recv) {
  const index::RestAnswer answer = *std::exchange(answer_, std::nullopt);
  const bool is_audit = answer.kind == to_string(collector::RequestKind::kAudit);
  if (!is_audit && answer.kind != to_string(collector::RequestKind::kDepth)) return;
  const collector::InstrumentIndex index =
      wanted(answer.symbol) ? pipeline_.find(answer.symbol) : collector::kNoInstrument;
  if (index == collector::kNoInstrument) return;
  if (!is_audit) {
    depth_answer(index, json, static_cast<int>(answer.limit), ts_recv);
    return;
  }
  const Result<void> done = pipeline_.on_audit_answer(index, json, static_cast<int>(answer.limit), ts_recv);
  if (!done) problem_(done.error().message);
}

void Replay::on_entry(const IndexEntry& entry) {
  const auto known = [this](const std::string& symbol) {
    return wanted(symbol) ? pipeline_.find(symbol) : collector::kNoInstrument;
  };
  indexed_ = true;
  if (const auto* answer = std::get_if<index::RestAnswer>(&entry.event)) {
    answer_ = *answer;
  } else if (const auto* added = std::get_if<index::SymbolAdded>(&entry.event)) {
    pipeline_.add_no_unknown_symbols();  // the run collected those that its index names, and no others
    if (wanted(added->symbol)) add_symbol(added->symbol, added->settings, entry.ts);
  } else if (const auto* saved = std::get_if<index::BookSaved>(&entry.event)) {
    book_saved(*saved, entry.ts);
  } else if (const auto* restored = std::get_if<index::BookRestored>(&entry.event)) {
    book_restored(*restored, entry.ts);
  } else if (const auto* removed = std::get_if<index::SymbolRemoved>(&entry.event)) {
    if (const auto at = known(removed->symbol); at != collector::kNoInstrument) pipeline_.remove(at);
  } else if (const auto* failed = std::get_if<index::RestFailed>(&entry.event)) {
    const bool depth = failed->kind == to_string(collector::RequestKind::kDepth);
    const auto at = depth ? known(failed->symbol) : collector::kNoInstrument;
    if (at != collector::kNoInstrument) pipeline_.on_depth_failed(at, entry.ts);
  } else if (const auto* opened = std::get_if<index::StreamOpened>(&entry.event)) {
    if (const auto at = known(opened->symbol); at != collector::kNoInstrument) pipeline_.on_stream_open(at, entry.ts);
  } else if (const auto* lost = std::get_if<index::StreamLost>(&entry.event)) {
    if (const auto at = known(lost->symbol); at != collector::kNoInstrument) pipeline_.on_connection_lost(at, entry.ts);
  } else if (const auto* goes_on = std::get_if<index::RunContinued>(&entry.event)) {
    run_venue_ = goes_on->venue;
    continue_run(goes_on->settings, entry.ts);
  } else if (const auto* told = std::get_if<index::Audit>(&entry.event)) {
    check_audit(*told);
  } else if (const auto* timer = std::get_if<index::Timer>(&entry.event)) {
    if (timer->symbol.empty() || wanted(timer->symbol)) pipeline_.on_timer(entry.ts);
  } else if (const auto* started = std::get_if<index::RunStarted>(&entry.event)) {
    run_venue_ = started->venue;
    start_run(started->settings, entry.ts);
  } else if (std::holds_alternative<index::RunEnded>(entry.event)) {
    pipeline_.on_timer(entry.ts);
  }
  checks_.resize(pipeline_.size());
}

std::string Replay::summary() const {
  std::string out;
  for (collector::InstrumentIndex i = 0; i < pipeline_.size(); ++i) {
    const binance::BookBuilder& builder = pipeline_.builder(i);
    const OrderBook& book = builder.book();
    const binance::DepthSync::Counters& counters = builder.sync().counters();
    out += fmt::format(
        "{} {}: bid {}, ask {}, levels {} / {}, applied {}, dropped {}, gaps {}, last update id {}, bookTicker agreed "
        "{} of {}, state {}\n",
        to_string(options_.venue), pipeline_.symbol(i), level_text(book.best(Side::kBid), book.scales()),
        level_text(book.best(Side::kAsk), book.scales()), book.level_count(Side::kBid), book.level_count(Side::kAsk),
        counters.applied, counters.stale, counters.gaps, book.last_update_id().value(),
        checks_[i].points() - checks_[i].differences(), checks_[i].points(), to_string(builder.status().state));
  }
  const collector::PipelineCounters& counters = pipeline_.counters();
  out += fmt::format("messages {}, refused {}, not decoded {}, unreadable lines {}, unassigned answers {}, rows {}\n",
                     counters.messages, counters.refused, not_decoded_, unreadable_, unassigned_, counters.rows);
  if (counters.skipped_minutes > 0) {
    out.pop_back();
    out += fmt::format(", skipped minutes {}\n", counters.skipped_minutes);
  }
  if (steps_back() > 0) {
    out.pop_back();
    out += fmt::format(", steps back {}\n", steps_back());
  }
  return out;
}

}  // namespace acts
