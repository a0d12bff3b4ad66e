// `client:report`: every field is looked at here, and a word that is none of ours refuses it whole.
#include <algorithm>
#include <boost/json.hpp>
#include <span>

#include "service/signaling/dialects/own/own.h"
#include "service/signaling/report_words.h"

namespace confab::signaling::own {
namespace {

constexpr std::size_t kWordBytesMax = 16;

std::size_t word_in(const json::Reader& in, std::span<const std::string_view> words) {
  const std::string_view said = in.string(kWordBytesMax);
  const auto at = std::ranges::find(words, said);
  if (in.ok() && at == words.end()) in.fail("is none of the words that it may be");
  return at == words.end() ? 0 : static_cast<std::size_t>(at - words.begin());
}

std::uint32_t up_to(const json::Reader& in, std::uint32_t max) {
  return in.present() ? static_cast<std::uint32_t>(in.rounded_down(0, max)) : 0;
}

void read_join(const json::Reader& in, call::ClientReport& out) {
  if (!in.present()) return;
  in.members(call::kJoinSteps, [&](std::string_view key, const json::Reader& took) {
    const auto at = std::ranges::find(kStepWords, key);
    if (at == kStepWords.end()) return took.fail("is no step of a join");
    if (!took.present()) return;
    out.steps_ms[static_cast<std::size_t>(at - kStepWords.begin())] =
        up_to(took, call::kReportedMsMax);
  });
}

call::Request read_report(const json::Reader& in, const ReadContext&) {
  call::ClientReport out;
  read_join(in["join"], out);
  if (const json::Reader failed = in["failed"]; failed.present()) {
    out.failure = {static_cast<call::JoinStep>(word_in(failed["step"], kStepWords)),
                   static_cast<call::StepFailure>(word_in(failed["reason"], kFailureWords))};
  }
  if (const json::Reader pair = in["pair"]; pair.present()) {
    out.pair = {static_cast<call::PairType>(word_in(pair["type"], kPairWords)),
                word_in(pair["protocol"], kProtocolWords) == 1};
  }
  if (const json::Reader mended = in["mended"]; mended.present()) {
    mended.elements(call::kMendedMax, [&](const json::Reader& each) {
      const std::size_t what = word_in(each["what"], kInterruptionWords);
      out.mended.push_back(
          {static_cast<call::Interruption>(what), up_to(each["awayMs"], call::kReportedMsMax)});
    });
  }
  out.freezes = up_to(in["freezes"], call::kFreezesMax);
  out.frozen_ms = up_to(in["frozenMs"], call::kReportedStreamMsMax);
  out.video_ms = up_to(in["videoMs"], call::kReportedStreamMsMax);
  out.concealed_ms = up_to(in["concealedMs"], call::kReportedStreamMsMax);
  out.audio_ms = up_to(in["audioMs"], call::kReportedStreamMsMax);
  return call::SendReport{std::move(out)};
}

}  // namespace

const EventCodec kClientReport{"client:report", read_report, acknowledge_done};

}  // namespace confab::signaling::own
