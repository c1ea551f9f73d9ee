/**
 * Every word that the components show, from the org's custom labels.
 *
 * Labels are imported here and nowhere else, so that a component names them as `labels.postReply`.
 */
import stars from '@salesforce/label/c.Trustpilot_Stars';
import noStars from '@salesforce/label/c.Trustpilot_No_Stars';
import review from '@salesforce/label/c.Trustpilot_Review';
import serviceReview from '@salesforce/label/c.Trustpilot_Service_Review';
import productReview from '@salesforce/label/c.Trustpilot_Product_Review';
import verified from '@salesforce/label/c.Trustpilot_Verified';
import edited from '@salesforce/label/c.Trustpilot_Edited';
import noConsumer from '@salesforce/label/c.Trustpilot_No_Consumer';
import reviewGone from '@salesforce/label/c.Trustpilot_Review_Gone';
import openAtTrustpilot from '@salesforce/label/c.Trustpilot_Open_At_Trustpilot';
import newTab from '@salesforce/label/c.Trustpilot_New_Tab';
import customerAndOrder from '@salesforce/label/c.Trustpilot_Customer_And_Order';
import contact from '@salesforce/label/c.Trustpilot_Contact';
import account from '@salesforce/label/c.Trustpilot_Account';
import order from '@salesforce/label/c.Trustpilot_Order';
import opportunity from '@salesforce/label/c.Trustpilot_Opportunity';
import caseLabel from '@salesforce/label/c.Trustpilot_Case';
import product from '@salesforce/label/c.Trustpilot_Product';
import referenceNumber from '@salesforce/label/c.Trustpilot_Reference_Number';
import notConnected from '@salesforce/label/c.Trustpilot_Not_Connected';
import previousVersion from '@salesforce/label/c.Trustpilot_Previous_Version';
import timeline from '@salesforce/label/c.Trustpilot_Timeline';
import reviewWritten from '@salesforce/label/c.Trustpilot_Review_Written';
import reviewEdited from '@salesforce/label/c.Trustpilot_Review_Edited';
import replyDue from '@salesforce/label/c.Trustpilot_Reply_Due';
import replyLive from '@salesforce/label/c.Trustpilot_Reply_Live';
import replyLiveNow from '@salesforce/label/c.Trustpilot_Reply_Live_Now';
import replyChanged from '@salesforce/label/c.Trustpilot_Reply_Changed';
import publicReply from '@salesforce/label/c.Trustpilot_Public_Reply';
import yourReply from '@salesforce/label/c.Trustpilot_Your_Reply';
import counter from '@salesforce/label/c.Trustpilot_Counter';
import suggestedReply from '@salesforce/label/c.Trustpilot_Suggested_Reply';
import useSuggestion from '@salesforce/label/c.Trustpilot_Use_Suggestion';
import beforeYouPost from '@salesforce/label/c.Trustpilot_Before_You_Post';
import tooLong from '@salesforce/label/c.Trustpilot_Too_Long';
import holdsEmail from '@salesforce/label/c.Trustpilot_Holds_Email';
import holdsNumber from '@salesforce/label/c.Trustpilot_Holds_Number';
import holdsGap from '@salesforce/label/c.Trustpilot_Holds_Gap';
import holdsCapitals from '@salesforce/label/c.Trustpilot_Holds_Capitals';
import emptyReply from '@salesforce/label/c.Trustpilot_Empty_Reply';
import postReply from '@salesforce/label/c.Trustpilot_Post_Reply';
import postChanges from '@salesforce/label/c.Trustpilot_Post_Changes';
import saveDraft from '@salesforce/label/c.Trustpilot_Save_Draft';
import takeBack from '@salesforce/label/c.Trustpilot_Take_Back';
import approve from '@salesforce/label/c.Trustpilot_Approve';
import deleteReply from '@salesforce/label/c.Trustpilot_Delete_Reply';
import deleteQuestion from '@salesforce/label/c.Trustpilot_Delete_Question';
import deleteYes from '@salesforce/label/c.Trustpilot_Delete_Yes';
import deleteNo from '@salesforce/label/c.Trustpilot_Delete_No';
import statusNone from '@salesforce/label/c.Trustpilot_Status_None';
import statusDraft from '@salesforce/label/c.Trustpilot_Status_Draft';
import statusQueued from '@salesforce/label/c.Trustpilot_Status_Queued';
import statusApproved from '@salesforce/label/c.Trustpilot_Status_Approved';
import statusPublished from '@salesforce/label/c.Trustpilot_Status_Published';
import statusBlocked from '@salesforce/label/c.Trustpilot_Status_Blocked';
import statusConflict from '@salesforce/label/c.Trustpilot_Status_Conflict';
import statusFailed from '@salesforce/label/c.Trustpilot_Status_Failed';
import statusDeleteQueued from '@salesforce/label/c.Trustpilot_Status_Delete_Queued';
import statusDeleted from '@salesforce/label/c.Trustpilot_Status_Deleted';
import statusEditedReview from '@salesforce/label/c.Trustpilot_Status_Edited_Review';
import draftSaved from '@salesforce/label/c.Trustpilot_Draft_Saved';
import choiceSaved from '@salesforce/label/c.Trustpilot_Choice_Saved';
import saved from '@salesforce/label/c.Trustpilot_Saved';
import notSaved from '@salesforce/label/c.Trustpilot_Not_Saved';
import notLoaded from '@salesforce/label/c.Trustpilot_Not_Loaded';
import loading from '@salesforce/label/c.Trustpilot_Loading';
import somebodyAnswered from '@salesforce/label/c.Trustpilot_Somebody_Answered';
import compareReplies from '@salesforce/label/c.Trustpilot_Compare_Replies';
import theirReply from '@salesforce/label/c.Trustpilot_Their_Reply';
import keepTheirs from '@salesforce/label/c.Trustpilot_Keep_Theirs';
import postMine from '@salesforce/label/c.Trustpilot_Post_Mine';
import businessUnit from '@salesforce/label/c.Trustpilot_Business_Unit';
import trustScore from '@salesforce/label/c.Trustpilot_Trust_Score';
import reviewsInAll from '@salesforce/label/c.Trustpilot_Reviews_In_All';
import trendUp from '@salesforce/label/c.Trustpilot_Trend_Up';
import trendDown from '@salesforce/label/c.Trustpilot_Trend_Down';
import trendEven from '@salesforce/label/c.Trustpilot_Trend_Even';
import trendNone from '@salesforce/label/c.Trustpilot_Trend_None';
import starsOfAll from '@salesforce/label/c.Trustpilot_Stars_Of_All';
import shareOfStars from '@salesforce/label/c.Trustpilot_Share_Of_Stars';
import lastThirtyDays from '@salesforce/label/c.Trustpilot_Last_Thirty_Days';
import serviceReviews from '@salesforce/label/c.Trustpilot_Service_Reviews';
import productReviews from '@salesforce/label/c.Trustpilot_Product_Reviews';
import invitations from '@salesforce/label/c.Trustpilot_Invitations';
import queued from '@salesforce/label/c.Trustpilot_Queued';
import accepted from '@salesforce/label/c.Trustpilot_Accepted';
import reviewed from '@salesforce/label/c.Trustpilot_Reviewed';
import failed from '@salesforce/label/c.Trustpilot_Failed';
import awaitingReply from '@salesforce/label/c.Trustpilot_Awaiting_Reply';
import recentServiceReviews from '@salesforce/label/c.Trustpilot_Recent_Service_Reviews';
import recentProductReviews from '@salesforce/label/c.Trustpilot_Recent_Product_Reviews';
import recentInvitations from '@salesforce/label/c.Trustpilot_Recent_Invitations';
import viewAll from '@salesforce/label/c.Trustpilot_View_All';
import viewAllOf from '@salesforce/label/c.Trustpilot_View_All_Of';
import reply from '@salesforce/label/c.Trustpilot_Reply';
import open from '@salesforce/label/c.Trustpilot_Open';
import due from '@salesforce/label/c.Trustpilot_Due';
import late from '@salesforce/label/c.Trustpilot_Late';
import allAnswered from '@salesforce/label/c.Trustpilot_All_Answered';
import allAnsweredNext from '@salesforce/label/c.Trustpilot_All_Answered_Next';
import noReviews from '@salesforce/label/c.Trustpilot_No_Reviews';
import noReviewsNext from '@salesforce/label/c.Trustpilot_No_Reviews_Next';
import noInvitations from '@salesforce/label/c.Trustpilot_No_Invitations';
import noInvitationsNext from '@salesforce/label/c.Trustpilot_No_Invitations_Next';
import noUnit from '@salesforce/label/c.Trustpilot_No_Unit';
import noUnitNext from '@salesforce/label/c.Trustpilot_No_Unit_Next';
import health from '@salesforce/label/c.Trustpilot_Health';
import completeThrough from '@salesforce/label/c.Trustpilot_Complete_Through';
import lastRun from '@salesforce/label/c.Trustpilot_Last_Run';
import lastSign from '@salesforce/label/c.Trustpilot_Last_Sign';
import neverRun from '@salesforce/label/c.Trustpilot_Never_Run';
import openIssues from '@salesforce/label/c.Trustpilot_Open_Issues';
import noIssues from '@salesforce/label/c.Trustpilot_No_Issues';
import invitationsPaused from '@salesforce/label/c.Trustpilot_Invitations_Paused';
import repliesPaused from '@salesforce/label/c.Trustpilot_Replies_Paused';
import pauseInvitations from '@salesforce/label/c.Trustpilot_Pause_Invitations';
import pauseReplies from '@salesforce/label/c.Trustpilot_Pause_Replies';
import pauseHelp from '@salesforce/label/c.Trustpilot_Pause_Help';
import switches from '@salesforce/label/c.Trustpilot_Switches';
import importReviews from '@salesforce/label/c.Trustpilot_Import_Reviews';
import importDays from '@salesforce/label/c.Trustpilot_Import_Days';
import importRequested from '@salesforce/label/c.Trustpilot_Import_Requested';
import importResult from '@salesforce/label/c.Trustpilot_Import_Result';
import link from '@salesforce/label/c.Trustpilot_Link';
import copyLink from '@salesforce/label/c.Trustpilot_Copy_Link';
import copied from '@salesforce/label/c.Trustpilot_Copied';
import notCopied from '@salesforce/label/c.Trustpilot_Not_Copied';
import linkLater from '@salesforce/label/c.Trustpilot_Link_Later';
import noLink from '@salesforce/label/c.Trustpilot_No_Link';

export const labels = {
    stars,
    noStars,
    review,
    serviceReview,
    productReview,
    verified,
    edited,
    noConsumer,
    reviewGone,
    openAtTrustpilot,
    newTab,
    customerAndOrder,
    contact,
    account,
    order,
    opportunity,
    case: caseLabel,
    product,
    referenceNumber,
    notConnected,
    previousVersion,
    timeline,
    reviewWritten,
    reviewEdited,
    replyDue,
    replyLive,
    replyLiveNow,
    replyChanged,
    publicReply,
    yourReply,
    counter,
    suggestedReply,
    useSuggestion,
    beforeYouPost,
    tooLong,
    holdsEmail,
    holdsNumber,
    holdsGap,
    holdsCapitals,
    emptyReply,
    postReply,
    postChanges,
    saveDraft,
    takeBack,
    approve,
    deleteReply,
    deleteQuestion,
    deleteYes,
    deleteNo,
    statusNone,
    statusDraft,
    statusQueued,
    statusApproved,
    statusPublished,
    statusBlocked,
    statusConflict,
    statusFailed,
    statusDeleteQueued,
    statusDeleted,
    statusEditedReview,
    draftSaved,
    choiceSaved,
    saved,
    notSaved,
    notLoaded,
    loading,
    somebodyAnswered,
    compareReplies,
    theirReply,
    keepTheirs,
    postMine,
    businessUnit,
    trustScore,
    reviewsInAll,
    trendUp,
    trendDown,
    trendEven,
    trendNone,
    starsOfAll,
    shareOfStars,
    lastThirtyDays,
    serviceReviews,
    productReviews,
    invitations,
    queued,
    accepted,
    reviewed,
    failed,
    awaitingReply,
    recentServiceReviews,
    recentProductReviews,
    recentInvitations,
    viewAll,
    viewAllOf,
    reply,
    open,
    due,
    late,
    allAnswered,
    allAnsweredNext,
    noReviews,
    noReviewsNext,
    noInvitations,
    noInvitationsNext,
    noUnit,
    noUnitNext,
    health,
    completeThrough,
    lastRun,
    lastSign,
    neverRun,
    openIssues,
    noIssues,
    invitationsPaused,
    repliesPaused,
    pauseInvitations,
    pauseReplies,
    pauseHelp,
    switches,
    importReviews,
    importDays,
    importRequested,
    importResult,
    link,
    copyLink,
    copied,
    notCopied,
    linkLater,
    noLink
};

/** A label with its places filled: `{0}` by the first value, and so on. */
export function fill(label, ...values) {
    return label.replace(/\{(\d+)\}/g, (place, index) => values[index] ?? place);
}
