#include "live/cooldown_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>

#include "recording/flat_json.hpp"
#include "recording/whole_file.hpp"

namespace acts {
namespace {

using collector::Cooldown;

constexpr std::string_view kCooldownForm = "acts cooldown 1";
constexpr std::string_view kCooldownEnding = ".json";
constexpr std::size_t kMostCooldownBytes = 4096;
constexpr std::int64_t kStatusOfBan = 418;
constexpr std::int64_t kStatusOfLimit = 429;

std::int64_t status_of(const Cooldown& cooldown) { return cooldown.banned ? kStatusOfBan : kStatusOfLimit; }

std::string cooldown_file_name(const Cooldown& cooldown) {
  return fmt::format("{}-{}-{}-{}{}", to_string(cooldown.scope), status_of(cooldown), cooldown.told.value,
                     cooldown.until.value, kCooldownEnding);
}

const FlatField* cooldown_field(const std::vector<FlatField>& fields, std::string_view key, bool is_string) {
  const auto found = std::ranges::find(fields, key, &FlatField::key);
  return found == fields.end() || found->is_string != is_string ? nullptr : &*found;
}

std::optional<std::int64_t> cooldown_number(const std::vector<FlatField>& fields, std::string_view key) {
  const FlatField* const field = cooldown_field(fields, key, false);
  if (field == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const char* const end = field->text.data() + field->text.size();
  const auto [stop, error] = std::from_chars(field->text.data(), end, number);
  return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

bool says(const std::vector<FlatField>& fields, std::string_view key, std::string_view text) {
  const FlatField* const field = cooldown_field(fields, key, true);
  return field != nullptr && field->text == text;
}

}  // namespace

std::string cooldown_text(Venue venue, const Cooldown& cooldown) {
  return fmt::format(R"({{"form":"{}","venue":"{}","scope":"{}","status":{},"told":{},"until":{}}})"
                     "\n",
                     kCooldownForm, to_string(venue), to_string(cooldown.scope), status_of(cooldown),
                     cooldown.told.value, cooldown.until.value);
}

Result<Cooldown> parse_cooldown_text(std::string_view text, Venue venue) {
  const auto refuse = [](std::string_view why) { return fail(ErrorCode::kBadInput, fmt::format("it {}", why)); };
  if (text.ends_with('\n')) text.remove_suffix(1);
  const Result<std::vector<FlatField>> fields = parse_flat_json(text);
  if (!fields) return refuse(fields.error().message);
  if (!says(*fields, "form", kCooldownForm))
    return refuse("is of no form that is known: was it written by a newer acts?");
  if (!says(*fields, "venue", to_string(venue))) return refuse("is of another venue");
  Cooldown cooldown;
  if (says(*fields, "scope", to_string(Cooldown::Scope::kStreams))) {
    cooldown.scope = Cooldown::Scope::kStreams;
  } else if (!says(*fields, "scope", to_string(Cooldown::Scope::kRest))) {
    return refuse("names no scope that is known");
  }
  const auto status = cooldown_number(*fields, "status");
  if (status != kStatusOfBan && status != kStatusOfLimit) return refuse("has a status that is neither 418 nor 429");
  cooldown.banned = status == kStatusOfBan;
  const auto told = cooldown_number(*fields, "told");
  const auto until = cooldown_number(*fields, "until");
  if (!told || !until || *told < 0 || *until < *told) return refuse("has no times, or ends before it begins");
  cooldown.told = UnixNanos{*told};
  cooldown.until = UnixNanos{*until};
  return cooldown;
}

std::string cooldown_directory(std::string_view data_dir, Venue venue) {
  return fmt::format("{}/cooldowns/{}", data_dir, to_string(venue));
}

Result<void> write_cooldown(FileOps& ops, std::string_view data_dir, Venue venue, const Cooldown& cooldown) {
  const std::string directory = cooldown_directory(data_dir, venue);
  const std::string name = cooldown_file_name(cooldown);
  const std::string path = fmt::format("{}/{}", directory, name);
  if (auto written = write_whole_file_again(ops, path, cooldown_text(venue, cooldown)); !written) return written;
  // What cannot be removed is so with the next one; a run takes the longest.
  std::vector<std::string> names;
  if (ops.list(directory, names) < 0) return {};
  const std::string of_scope = fmt::format("{}-", to_string(cooldown.scope));
  for (const std::string& other : names) {
    if (other != name && other.starts_with(of_scope)) ops.remove(fmt::format("{}/{}", directory, other));
  }
  return {};
}

EarlierCooldowns read_cooldowns(std::string_view data_dir, Venue venue) {
  EarlierCooldowns earlier;
  const std::string directory = cooldown_directory(data_dir, venue);
  const auto is_a_problem = [&earlier](const std::string& what) {
    earlier.problems.push_back(fmt::format("a ban or limit of an earlier run may be forgotten: {}", what));
  };
  std::vector<std::string> names;
  if (const int status = real_file_ops().list(directory, names); status < 0) {
    is_a_problem(fmt::format("{} cannot be read: {}", directory, std::strerror(-status)));
    return earlier;
  }
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(kCooldownEnding) || name.front() == '.'; });
  if (names.size() > kMostCooldownFiles) {
    is_a_problem(
        fmt::format("{} has {} files, of which {} are read: remove them", directory, names.size(), kMostCooldownFiles));
    names.resize(kMostCooldownFiles);
  }
  for (const std::string& name : names) {
    const std::string path = fmt::format("{}/{}", directory, name);
    const Result<std::string> text = read_whole_file(path, kMostCooldownBytes);
    if (!text) {
      is_a_problem(text.error().message);
      continue;
    }
    if (auto cooldown = parse_cooldown_text(*text, venue)) {
      earlier.cooldowns.push_back(*cooldown);
    } else {
      is_a_problem(fmt::format("{}: {}; remove it", path, cooldown.error().message));
    }
  }
  return earlier;
}

void delay_by(Nanos ahead, UnixNanos now, std::vector<Cooldown>& cooldowns) {
  if (ahead <= Nanos{0}) return;
  for (Cooldown& one : cooldowns) {
    if (now < one.told) continue;  // begins anew in any case
    if (const std::optional<Cooldown> left = left_of(one, now - ahead)) one.until = left->until + ahead;
  }
}

}  // namespace acts
