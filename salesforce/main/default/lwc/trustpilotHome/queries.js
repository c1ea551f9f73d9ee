/**
 * What the home page asks the org, in GraphQL; each query stays below ten objects.
 *
 * "Recently" is 30 days everywhere on the page, by the org's clock. Lists of the same object spell
 * out the same fields: Salesforce looks for names in the literal when it takes the component (it
 * puts an org's namespace before them), so none comes from elsewhere, and that its wire takes a
 * fragment is promised nowhere.
 * https://developer.salesforce.com/docs/platform/graphql/guide/graphql-wire-lwc-namespace.html
 */
import { gql } from 'lightning/graphql';

export const UNITS = gql`
    query trustpilotUnits {
        uiapi {
            query {
                Trustpilot_Business_Unit__c(first: 200, orderBy: { Name: { order: ASC } }) {
                    edges {
                        node {
                            Id
                            Name {
                                value
                            }
                            Trust_Score__c {
                                value
                            }
                            Stars__c {
                                value
                            }
                            Reviews_Total__c {
                                value
                            }
                            One_Star_Reviews__c {
                                value
                            }
                            Two_Star_Reviews__c {
                                value
                            }
                            Three_Star_Reviews__c {
                                value
                            }
                            Four_Star_Reviews__c {
                                value
                            }
                            Five_Star_Reviews__c {
                                value
                            }
                            Complete_Through__c {
                                value
                            }
                            Pause_Invitations__c {
                                value
                            }
                            Pause_Replies__c {
                                value
                            }
                        }
                    }
                }
            }
        }
    }
`;

export const LISTS = gql`
    query trustpilotLists($unit: ID) {
        uiapi {
            query {
                awaiting: Trustpilot_Review__c(
                    first: 5
                    where: {
                        Business_Unit__c: { eq: $unit }
                        Live_Reply_At__c: { eq: null }
                        Deleted__c: { eq: false }
                        or: [
                            { Reply_Status__c: { eq: null } }
                            {
                                Reply_Status__c: {
                                    nin: [
                                        "Queued"
                                        "Approved"
                                        "Published"
                                        "Delete Queued"
                                        "Deleted"
                                    ]
                                }
                            }
                        ]
                    }
                    orderBy: { Review_Created__c: { order: ASC } }
                ) {
                    totalCount
                    edges {
                        node {
                            Id
                            Type__c {
                                value
                            }
                            Stars__c {
                                value
                            }
                            Title__c {
                                value
                            }
                            Consumer_Name__c {
                                value
                            }
                            Review_Created__c {
                                value
                            }
                            Response_Due_At__c {
                                value
                            }
                            Response_Breached__c {
                                value
                            }
                        }
                    }
                }
                service: Trustpilot_Review__c(
                    first: 5
                    where: {
                        Business_Unit__c: { eq: $unit }
                        Type__c: { eq: "Service" }
                        Deleted__c: { eq: false }
                    }
                    orderBy: { Review_Created__c: { order: DESC } }
                ) {
                    edges {
                        node {
                            Id
                            Type__c {
                                value
                            }
                            Stars__c {
                                value
                            }
                            Title__c {
                                value
                            }
                            Consumer_Name__c {
                                value
                            }
                            Review_Created__c {
                                value
                            }
                        }
                    }
                }
                product: Trustpilot_Review__c(
                    first: 5
                    where: {
                        Business_Unit__c: { eq: $unit }
                        Type__c: { eq: "Product" }
                        Deleted__c: { eq: false }
                    }
                    orderBy: { Review_Created__c: { order: DESC } }
                ) {
                    edges {
                        node {
                            Id
                            Type__c {
                                value
                            }
                            Stars__c {
                                value
                            }
                            Title__c {
                                value
                            }
                            Consumer_Name__c {
                                value
                            }
                            Product_Name__c {
                                value
                            }
                            Review_Created__c {
                                value
                            }
                        }
                    }
                }
                sent: Trustpilot_Invitation__c(
                    first: 8
                    where: {
                        Business_Unit__c: { eq: $unit }
                        Status__c: {
                            in: [
                                "Accepted"
                                "Link Ready"
                                "Delivered"
                                "Not Delivered"
                                "Reviewed"
                                "Unknown"
                                "Failed"
                            ]
                        }
                    }
                    orderBy: { Due_At__c: { order: DESC } }
                ) {
                    edges {
                        node {
                            Id
                            Name {
                                value
                            }
                            Recipient_Name__c {
                                value
                            }
                            Status__c {
                                value
                                displayValue
                            }
                            Channel__c {
                                value
                                displayValue
                            }
                            Due_At__c {
                                value
                            }
                            Review__c {
                                value
                            }
                        }
                    }
                }
            }
        }
    }
`;

export const FIGURES = gql`
    query trustpilotFigures($unit: ID) {
        uiapi {
            aggregate {
                invitations: Trustpilot_Invitation__c(
                    where: { Business_Unit__c: { eq: $unit } }
                    groupBy: { Status__c: { group: true } }
                ) {
                    edges {
                        node {
                            aggregate {
                                Status__c {
                                    value
                                }
                                Id {
                                    count {
                                        value
                                    }
                                }
                            }
                        }
                    }
                }
                fresh: Trustpilot_Review__c(
                    where: {
                        Business_Unit__c: { eq: $unit }
                        Deleted__c: { eq: false }
                        Review_Created__c: { gte: { range: { last_n_days: 30 } } }
                    }
                    groupBy: { Type__c: { group: true } }
                ) {
                    edges {
                        node {
                            aggregate {
                                Type__c {
                                    value
                                }
                                Id {
                                    count {
                                        value
                                    }
                                }
                            }
                        }
                    }
                }
                recent: Trustpilot_Review__c(
                    where: {
                        Business_Unit__c: { eq: $unit }
                        Type__c: { eq: "Service" }
                        Deleted__c: { eq: false }
                        Review_Created__c: { gte: { range: { last_n_days: 30 } } }
                    }
                ) {
                    edges {
                        node {
                            aggregate {
                                Stars__c {
                                    avg {
                                        value
                                    }
                                }
                            }
                        }
                    }
                }
                before: Trustpilot_Review__c(
                    where: {
                        Business_Unit__c: { eq: $unit }
                        Type__c: { eq: "Service" }
                        Deleted__c: { eq: false }
                        Review_Created__c: {
                            gte: { range: { last_n_days: 60 } }
                            lt: { range: { last_n_days: 30 } }
                        }
                    }
                ) {
                    edges {
                        node {
                            aggregate {
                                Stars__c {
                                    avg {
                                        value
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
`;

export const HEALTH = gql`
    query trustpilotHealth {
        uiapi {
            query {
                issues: Trustpilot_Issue__c(
                    first: 3
                    where: { Status__c: { eq: "Open" } }
                    orderBy: { Last_Seen__c: { order: DESC } }
                ) {
                    totalCount
                    edges {
                        node {
                            Id
                            Message__c {
                                value
                            }
                            Next_Step__c {
                                value
                            }
                        }
                    }
                }
                runs: Trustpilot_Run__c(first: 1, orderBy: { Finished_At__c: { order: DESC } }) {
                    edges {
                        node {
                            Id
                            Finished_At__c {
                                value
                            }
                            Outcome__c {
                                value
                                displayValue
                            }
                        }
                    }
                }
                signs: Trustpilot_Checkpoint__c(
                    first: 1
                    where: { Heartbeat__c: { ne: null } }
                    orderBy: { Heartbeat__c: { order: DESC } }
                ) {
                    edges {
                        node {
                            Id
                            Heartbeat__c {
                                value
                            }
                        }
                    }
                }
            }
        }
    }
`;
